"""Bugs put into components on purpose, and the standard laws that find them."""
