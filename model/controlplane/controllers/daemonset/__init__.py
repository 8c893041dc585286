"""What the DaemonSet controller decides: on which nodes its pods run, and how they are replaced."""
