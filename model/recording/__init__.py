"""Recorded watch streams of real clusters, followed event by event: each must be a step that the model allows."""
