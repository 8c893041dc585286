"""What a person reads of a world: its events in words, its objects as tables and as Kubernetes would show them."""
