"""What ImageLocality's score gives (v1.34)."""

from functools import partial

import pytest

from tests.model.scheduler.scores.scored import MEGABYTE, Scored, points, with_images
from tests.model.scheduler.witness import Raw, container, node, pod

images = partial(Scored, plugin="ImageLocality")


def running(*names: str, volumes: tuple[str, ...] = (), init: tuple[str, ...] = ()) -> Raw:
    return pod(
        containers=[container(f"c{at}", image=name) for at, name in enumerate(names)],
        initContainers=[container(f"i{at}", image=name) for at, name in enumerate(init)],
        volumes=[{"name": f"v{at}", "image": {"reference": name}} for at, name in enumerate(volumes)],
    )


SPREAD = images(
    "an image counts by its size and the share of all nodes that have it",
    pod=running("web:1"),
    nodes=[with_images(node("n1"), web_1=1046 * MEGABYTE), node("n2")],
    gives={"n1": (51, 51), "n2": (0, 0)},
)
UNFIT = images(
    "nodes that do not fit are among all nodes",
    pod=running("web:1"),
    nodes=[with_images(node("n1"), web_1=1046 * MEGABYTE), node("n2", cordoned=True)],
    gives={"n1": (51, 51)},
)
SMALL = images(
    "a small image counts as nothing",
    pod=running("web:1"),
    nodes=[with_images(node(), web_1=MEGABYTE)],
    gives={"n1": (0, 0)},
)
LARGE = images(
    "a huge one as no more than 1000 MiB",
    pod=running("web:1"),
    nodes=[with_images(node(), web_1=5000 * MEGABYTE)],
    gives={"n1": (100, 100)},
)
LATEST = images(
    "an image without a tag is the latest",
    pod=running("web"),
    nodes=[with_images(node(), web_latest=1000 * MEGABYTE)],
    gives={"n1": (100, 100)},
)
PORT = images(
    "the port of a registry is no tag",
    pod=running("host:5000/web"),
    nodes=[with_images(node(), **{"host_5000/web_latest": 1000 * MEGABYTE})],
    gives={"n1": (100, 100)},
)
TWO = images(
    "with each container the most that counts grows",
    pod=running("web:1", init=("other:1",)),
    nodes=[with_images(node(), web_1=1000 * MEGABYTE)],
    gives={"n1": (49, 49)},
)
TWICE = images(
    "an image that two containers run counts twice",
    pod=running("web:1", init=("web:1",)),
    nodes=[with_images(node(), web_1=1000 * MEGABYTE)],
    gives={"n1": (100, 100)},
)
VOLUME = images(
    "volumes that are images do not count",
    pod=running("other:1", volumes=("data:1",)),
    nodes=[with_images(node(), data_1=500 * MEGABYTE)],
    gives={"n1": (0, 0)},
)
FIRST = images(
    "where nodes differ about a size the first by name is right",
    pod=running("web:1"),
    nodes=[with_images(node("n2"), web_1=30 * MEGABYTE), with_images(node("n1"), web_1=1000 * MEGABYTE)],
    gives={"n1": (100, 100), "n2": (100, 100)},
)

CASES = (SPREAD, UNFIT, SMALL, LARGE, LATEST, PORT, TWO, TWICE, VOLUME, FIRST)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_image_locality(case: Scored) -> None:
    assert points(case) == case.gives
