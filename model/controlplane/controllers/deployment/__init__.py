"""What the Deployment controller decides: how far a rollout may go, its next step, and how a change of size is spread."""
