"""The persistent volume controller: claims and volumes are bound to each other, and volumes released."""
