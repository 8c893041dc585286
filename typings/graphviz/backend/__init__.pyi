"""Where graphviz keeps the name of the program it runs."""

from graphviz.backend import dot_command as dot_command
