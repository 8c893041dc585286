"""What the Deployment controller decides: how far a rollout goes, its next step, how a change of size is spread."""
