"""What must hold, and how it is asked: laws, strategies, engines and the questions a person types."""
