"""Does it all fit? Joint placement of pods, as a portfolio: counted refutations, greedy orders, repair, solvers."""

from kubeproof.properties.queries.fit.search import fit
from kubeproof.properties.queries.fit.verdict import Answer, Bounds, Fit, Reason

__all__ = ["Answer", "Bounds", "Fit", "Reason", "fit"]
