"""The term language: told once, read as values, columns, symbols and text."""
