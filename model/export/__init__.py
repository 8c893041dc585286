"""Machines as text for other people's checkers, so that theirs can check ours: Promela for SPIN, TLA+ for TLC."""
