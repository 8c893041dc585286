"""What each filter plugin says of each node, as a table: rows are nodes, columns the plugins that refuse some node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubeproof.model.scheduler.constraint import Stage
from kubeproof.model.scheduler.cycle import Decision, refusal
from kubeproof.model.scheduler.findings import NodeClass
from kubeproof.properties.queries.aligned import Row

ROWS = 40
"""More nodes than this are shown as classes: nodes of which every plugin says the same share a row."""


def table(decision: Decision) -> list[Row]:
    """The header ('node', plugin …) and a row for each node, or class of nodes; 'ok' where a plugin does not refuse."""
    classes = decision.findings.classes
    plugins = _refusing(decision)
    header = ("node", *plugins)
    if sum(len(found.nodes) for found in classes) > ROWS:
        return [header, *((_some(found.nodes), *_cells(decision, found, plugins)) for found in classes)]
    cells = {node: _cells(decision, found, plugins) for found in classes for node in found.nodes}
    return [header, *((node.name, *cells[node.name]) for node in decision.snapshot.nodes)]


def verdicts(decision: Decision, found: NodeClass) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """For each plugin that refuses the nodes of a class: its name, code and reasons."""
    rules = decision.findings.rules
    for plugin in dict.fromkeys(rules[at].plugin.name for at in found.failing):
        own = [at for at in found.failing if rules[at].plugin.name == plugin]
        staged = [at for at in own if rules[at].clause.stage is Stage.FILTER] or own
        verdict = refusal(rules, staged)
        if verdict:
            yield plugin, verdict.code.value, verdict.reasons


def _refusing(decision: Decision) -> list[str]:
    """The plugins that refuse some node, in the order in which they run."""
    refusing = {plugin for found in decision.findings.classes for plugin, _, _ in verdicts(decision, found)}
    return [name for name in dict.fromkeys(rule.plugin.name for rule in decision.findings.rules) if name in refusing]


def _cells(decision: Decision, found: NodeClass, plugins: Sequence[str]) -> Row:
    said = {plugin: "; ".join(reasons) for plugin, _, reasons in verdicts(decision, found)}
    return tuple(said.get(plugin, "ok").removeprefix("node(s) ") for plugin in plugins)


def _some(nodes: Sequence[str]) -> str:
    return nodes[0] if len(nodes) == 1 else f"{nodes[0]} and {len(nodes) - 1} more"
