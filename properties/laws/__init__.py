"""What must hold, one subject a file: declarations only, no engine is imported here."""
