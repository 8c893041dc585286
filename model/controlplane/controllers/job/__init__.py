"""What the Job controller decides. Start at sync.py: one look at a Job and its pods, and everything that follows."""
