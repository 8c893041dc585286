"""The list of components: each is there, under its own name; what nobody controls is told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kubeproof.model.cluster import COMPONENTS, CONTROLLED_BY, NEEDS_NOBODY, USUAL, components, not_modelled, picking
from kubeproof.model.errors import BadInput
from kubeproof.model.manifests.schema import READ
from kubeproof.model.manifests.stated import stated_text


def test_every_component_is_there_under_its_name() -> None:
    assert [component.name for component in components(COMPONENTS)] == list(COMPONENTS)


def test_every_kind_that_is_read_has_a_controller_or_needs_none() -> None:
    kinds = {kind for _, kinds in READ.values() for kind in kinds}
    assert kinds - NEEDS_NOBODY - set(CONTROLLED_BY) == set()
    assert not NEEDS_NOBODY & set(CONTROLLED_BY)


def test_an_unknown_component_is_told() -> None:
    with pytest.raises(BadInput, match="there is no component 'kublet'; there are: deployment-controller, "):
        components(["kublet"])


TEMPLATE = "template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: app}]}}"
SET = f"kind: ReplicaSet\nspec: {{selector: {{matchLabels: {{a: b}}}}, {TEMPLATE}}}"
NOTES: tuple[tuple[str, str, Sequence[str], list[str]], ...] = (
    ("a kind with its controller", SET, USUAL, []),
    ("one whose controller does not run", SET, ["kubelet"],
     ["ReplicaSet x: not modelled: replicaset-controller, so that nothing acts on it"]),
)  # fmt: skip


@pytest.mark.parametrize(("manifest", "names", "words"), [row[1:] for row in NOTES], ids=[row[0] for row in NOTES])
def test_what_nobody_acts_on_is_told(manifest: str, names: Sequence[str], words: list[str]) -> None:
    found = stated_text(f"apiVersion: apps/v1\nmetadata: {{name: x}}\n{manifest}")
    assert [note.text for note in not_modelled(found, names)] == words


def test_without_a_seed_the_first_option_is_taken() -> None:
    assert picking(None)("abc") == "a"
    assert {picking(seed)("abc") for seed in range(20)} == set("abc")
