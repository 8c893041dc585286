"""The program that draws: `dot`, unless set to another path."""

from pathlib import Path

DOT_BINARY: Path
