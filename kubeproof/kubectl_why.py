"""`kubectl why POD -n NAMESPACE`: the kubectl plugin, which asks the cluster of the current context."""

from __future__ import annotations

import sys

from kubeproof import cli, console
from kubeproof.model.errors import BadInput

FLAGS_WITH_VALUES = ("-n", "--namespace", "--context")
USAGE = "usage: kubectl why POD [-n NAMESPACE] [--context NAME] [--table] [--json]"


def main() -> int:
    """The exit status of `kubeproof why --context … -p NAMESPACE/POD`."""
    try:
        given = arguments(sys.argv[1:])
    except BadInput as bad:
        return console.complain(str(bad), console.Exit.UNUSABLE)
    return cli.run(given)


def arguments(given: list[str]) -> list[str]:
    """kubeproof's arguments for kubectl's: `web-1 -n shop` -> `why --context '' -p shop/web-1`."""
    pods: list[str] = []
    options: list[str] = []
    values = {"namespace": "default", "context": ""}
    rest = iter(given)
    for word in rest:
        flag, equals, value = word.partition("=")
        if flag in FLAGS_WITH_VALUES:
            values["namespace" if flag != "--context" else "context"] = value if equals else next(rest, "")
        elif word.startswith("-"):
            options.append(word)
        else:
            pods.append(word)
    if len(pods) > 1:
        raise BadInput(f"one pod at a time: got {', '.join(pods)} ({USAGE})")
    asked = [] if not pods else ["-p", pods[0] if "/" in pods[0] else f"{values['namespace']}/{pods[0]}"]
    return ["why", "--context", values["context"], *asked, *options]
