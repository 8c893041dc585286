"""Lifecycles as machines, one a file: what they are, and nothing about how they are run, searched or drawn."""
