"""Of equal options that could be swapped with each other only one is tried: the worlds behind all others are the same.

Two nodes are alike where the parts of the world that they are in (world_parts.py) have one number: then these can
change places, and nothing else moves. What was chosen before in the same look stays where it is, so nothing in its part
counts as alike any more. A scheduler that spreads eight pods over equal nodes tries a few dozen ways, not thousands.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.properties.engines.world_parts import Part
from kubeproof.properties.engines.world_told import Told


class Alike:
    """What is alike in a world, for one look that chooses."""

    def __init__(self, told: Told) -> None:
        self._told, self._taken, self._lost = told, set[Part](), False

    def firsts(self, options: Sequence[object]) -> tuple[int, ...]:
        """The numbers of the options to try: the first of those that are alike, and all that are like no other."""
        if self._lost:
            return tuple(range(len(options)))
        found: dict[Hashable, int] = {}
        for at, option in enumerate(options):
            place = self._place(option)
            found.setdefault(("like no other", at) if place is None else place, at)
        return tuple(found.values())

    def takes(self, option: object) -> None:
        """An option was chosen; nothing is known of what is alike where it is neither a node nor a pod."""
        key = self._key(option)
        if key is None:
            self._lost = True
        elif key.name in self._told.part:
            self._taken.add(self._told.part[key.name])

    def _place(self, option: object) -> Hashable | None:
        key = self._key(option)
        taken = key is None or self._told.part.get(key.name) in self._taken
        return None if taken or key is None else self._told.place_of(key)

    def _key(self, option: object) -> Key | None:
        key = Key("Node", "", option) if isinstance(option, str) else None
        if isinstance(option, LivePod):
            key = key_of("Pod", option.meta)
        return key if key in self._told.shapes else None
