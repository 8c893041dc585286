"""Published failures of real clusters, rebuilt: each with its source, what is expected of it, and what mends it."""
