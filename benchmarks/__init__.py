"""Benchmarks: speed told as ratios, and beside other tools."""
