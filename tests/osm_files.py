"""Small OpenStreetMap extracts for tests, written by the library that also reads them, and the real one of Helsinki."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import osmium
from osmium.osm.mutable import Node, Relation, Way

from mapapp.geography.osm_extract import Extract, read_extract

HELSINKI = Path(__file__).parent / "data" / "Helsinki.osm.pbf"
# all of it
EVERYWHERE = (-180.0, -90.0, 180.0, 90.0)

Tags = Mapping[str, str]
# id -> (lon, lat), and the tags of those that have any
Nodes = Mapping[int, tuple[float, float]]
Ways = Mapping[int, tuple[list[int], Tags]]


def write_extract(
    path: Path,
    nodes: Nodes,
    ways: Ways,
    node_tags: Mapping[int, Tags] | None = None,
    relations: Iterable[tuple[list[int], Tags]] = (),
) -> Path:
    """Write an `.osm.pbf` and return its path; members of relations are ways."""
    writer: Any = osmium.SimpleWriter(str(path))
    for number, place in sorted(nodes.items()):
        writer.add_node(Node(id=number, location=place, tags=(node_tags or {}).get(number, {})))
    for number, (refs, tags) in sorted(ways.items()):
        writer.add_way(Way(id=number, nodes=refs, tags=tags))
    for number, (members, tags) in enumerate(relations, start=1):
        writer.add_relation(Relation(id=number, members=[("w", ref, "outer") for ref in members], tags=tags))
    writer.close()
    return path


@lru_cache(maxsize=1)
def helsinki() -> Extract:
    """Return the network of the real extract, read once for a whole run."""
    return read_extract(HELSINKI, EVERYWHERE)
