"""What the HorizontalPodAutoscaler controller decides: how many replicas follow from metrics, and how fast."""
