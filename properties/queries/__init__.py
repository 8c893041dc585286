"""The questions a person types: why is it Pending, does it all fit, what is the smallest repair."""
