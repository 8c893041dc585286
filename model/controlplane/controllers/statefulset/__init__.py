"""What the StatefulSet controller decides: which pod is made, replaced or deleted next, and at which revision."""
