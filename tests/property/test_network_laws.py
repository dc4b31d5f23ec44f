"""Walks on a real network: equal to an independent routing library on the same file, and nearest is still exact.

networkx searches a graph that is read here a second time, with the rules written down again and geodesics by pyproj.
Nothing of the reader, the graph, the snapping or the search is shared with the product.
"""

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from random import Random
from unittest.mock import patch

import networkx as nx
import numpy as np
import osmium
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from mapapp.finder import trip_ground
from mapapp.finder.nearest import Finder, NearestQuery, OpenFilter
from mapapp.finder.trip import TripFinder, TripQuery
from mapapp.geography.coordinate import Coordinate
from mapapp.geography.district import District
from mapapp.geography.isochrone import reach_area
from mapapp.geography.network_distances import LIMIT_M, search
from mapapp.geography.reach import WalkKind
from mapapp.geography.walking_network import Snap
from mapapp.settings import Settings
from tests.building import a_catalogue, a_matter, a_named_place, a_point, a_square, an_offer, at
from tests.osm_files import HELSINKI, helsinki

GEOD = Geod(ellps="WGS84")
NETWORK = helsinki().network
WALKED = {
    *("footway", "pedestrian", "path", "steps", "corridor", "platform", "elevator", "crossing", "living_street"),
    *("residential", "service", "unclassified", "road", "track", "cycleway", "tertiary", "tertiary_link"),
    *("secondary", "secondary_link", "primary", "primary_link"),
}
YES = {"yes", "designated", "permissive", "official", "destination", "customers", "public"}
NO = {"no", "private", "use_sidepath", "permit", "military", "agricultural", "forestry", "delivery", "emergency"}


def walked(tags):
    # no motorway, no bridleway and no one-way for feet in this file
    kind = tags.get("highway")
    platform = "platform" in (tags.get("railway"), tags.get("public_transport")) or tags.get("man_made") == "pier"
    if not (platform if kind is None else kind in WALKED):
        return False
    return tags["foot"] in YES if tags.get("foot") in YES | NO else "foot" in tags or tags.get("access") not in NO


class Reading(osmium.SimpleHandler):
    """Nodes, walked ways, barred nodes and the outlines of squares, as they stand in the file."""

    def __init__(self):
        super().__init__()
        self.places, self.ways, self.barred, self.outlines = {}, {}, set(), set()

    def node(self, node):
        self.places[node.id] = (node.location.lon, node.location.lat)
        tags = dict(node.tags)
        barrier, said = tags.get("barrier"), tags.get("foot", tags.get("access"))
        solid = barrier in {"fence", "wall", "hedge", "retaining_wall", "city_wall"}
        if barrier and (said not in YES if solid else said in NO):
            self.barred.add(node.id)

    def way(self, way):
        tags = dict(way.tags)
        through_a_house = tags.get("tunnel") == "building_passage"
        off_ground = any(tags.get(key, "no") != "no" for key in ("bridge", "tunnel")) and not through_a_house
        self.ways[way.id] = ([node.ref for node in way.nodes], walked(tags), off_ground)

    def relation(self, relation):
        if relation.tags.get("type") == "multipolygon" and walked(dict(relation.tags)):
            self.outlines |= {member.ref for member in relation.members if member.type == "w"}


@lru_cache(maxsize=1)
def plain_graph():
    """Return the largest part as a networkx graph; a barred node is one node for each way that ends there."""
    reading = Reading()
    reading.apply_file(str(HELSINKI))
    graph = nx.Graph()
    for way, (refs, is_walked, off_ground) in reading.ways.items():
        if not is_walked and way not in reading.outlines:
            continue
        for step, (first, second) in enumerate(pairwise(refs)):
            # the extract is cut out of a larger file: some nodes are not in it
            if first == second or not {first, second} <= reading.places.keys():
                continue
            ends = [(ref, way, step) if ref in reading.barred else (ref,) for ref in (first, second)]
            for end in ends:
                graph.add_node(end, place=reading.places[end[0]])
            metres = GEOD.inv(*reading.places[first], *reading.places[second])[2]
            graph.add_edge(*ends, metres=metres, off_ground=off_ground and is_walked)
    return graph.subgraph(max(nx.connected_components(graph), key=len)).copy()


def test_both_readings_have_the_same_nodes_and_metres():
    graph = plain_graph()

    assert graph.number_of_nodes() == NETWORK.nodes
    assert graph.number_of_edges() == NETWORK.arcs.nnz / 2
    assert sorted(place for _, place in graph.nodes(data="place")) == sorted(
        zip(NETWORK.lon.tolist(), NETWORK.lat.tolist(), strict=True)
    )


def test_the_shortest_ways_are_those_of_networkx():
    """Over 137,280 ways none differed in a single bit when this was written; the last shown digit is 0.1 m."""
    graph = plain_graph()
    by_place = {}
    for node, place in graph.nodes(data="place"):
        by_place.setdefault(place, []).append(node)
    alone = {place: nodes[0] for place, nodes in by_place.items() if len(nodes) == 1}
    places = list(zip(NETWORK.lon.tolist(), NETWORK.lat.tolist(), strict=True))
    compared = 0
    for edge in Random(1).sample(range(NETWORK.edges), 20):
        start = int(NETWORK.ends[edge, 0])
        if places[start] not in alone:
            continue
        ours = search(NETWORK, Snap(edge=edge, share=0.0, foot=Coordinate(*places[start]), off_m=0.0), LIMIT_M)
        theirs = nx.single_source_dijkstra_path_length(graph, alone[places[start]], weight="metres")
        for number, place in enumerate(places):
            if place in alone and theirs[alone[place]] <= LIMIT_M:
                assert abs(ours[number] - theirs[alone[place]]) < 1e-6
                compared += 1
    assert compared > 100_000


# metres, true to 0.02 % over these two kilometres
TO_METRES = Transformer.from_crs("EPSG:4326", "+proj=tmerc +lat_0=60.17 +lon_0=24.944 +ellps=WGS84", always_xy=True)


@lru_cache(maxsize=1)
def plain_lines():
    edges = list(plain_graph().edges(data=True))
    ends = [[plain_graph().nodes[node]["place"] for node in edge[:2]] for edge in edges]
    flat = np.stack(TO_METRES.transform(*np.array(ends).transpose(2, 0, 1)), axis=-1)
    return edges, shapely.linestrings(flat), np.array([data["off_ground"] for *_, data in edges])


def joined(graph, place, name):
    """Put the place into the graph by the nearest line on the ground within 200 m; return whether there is one."""
    edges, lines, off_ground = plain_lines()
    here = shapely.Point(*TO_METRES.transform(*place))
    away = shapely.distance(lines, here)
    ground = np.where(off_ground, np.inf, away)
    best = int(np.argmin(ground if ground.min() <= 200 else away))
    if away[best] > 200:
        return False
    first, second, data = edges[best]
    share = float(shapely.line_locate_point(lines[best], here, normalized=True))
    graph.add_edge(name, first, metres=away[best] + share * data["metres"])
    graph.add_edge(name, second, metres=away[best] + (1 - share) * data["metres"])
    return best


positions = st.builds(Coordinate, st.floats(24.930, 24.958), st.floats(60.162, 60.181))
DISTRICT = District.of(
    a_square(24.90, 60.15, 24.99, 60.20, adcode="500105", name_zh="江北区", name_en="Jiangbei District"),
    a_square(24.93, 60.16, 24.96, 60.18, code="1", name_zh="观音桥街道", name_en="Guanyinqiao", schematic=True),
    # a river of our own through the town, so that estimates beside the network meet one
    a_square(24.90, 60.1695, 24.99, 60.1705, name_zh="长江", name_en="Yangtze River"),
    a_catalogue().district.names,
)
RANDOM = Random(7)
POINTS = [
    a_point(f"P{number:02}", lon=RANDOM.uniform(24.932, 24.956), lat=RANDOM.uniform(60.163, 60.18))
    for number in range(24)
]
CATALOGUE = a_catalogue(
    POINTS,
    district=DISTRICT,
    network=NETWORK,
    named_places=(a_named_place("桥", lon=24.944, lat=60.17, kind="bridge_mid_river"),),
)
FINDER = Finder.of(CATALOGUE, Settings())


def test_a_walk_between_any_two_places_is_that_of_networkx():
    reach, random, graph = FINDER.reach, Random(3), plain_graph().copy()
    compared = 0
    for _ in range(60):
        here, there = (Coordinate(random.uniform(24.937, 24.952), random.uniform(60.165, 60.178)) for _ in range(2))
        graph.remove_nodes_from(["here", "there"])
        first, second = joined(graph, (here.lon, here.lat), "here"), joined(graph, (there.lon, there.lat), "there")
        walk = reach.walk(here, there)
        if first == second or walk.kind is not WalkKind.NETWORK:
            continue
        # half of the last shown digit, and the flat lines of this test
        assert walk.walk_m == pytest.approx(nx.dijkstra_path_length(graph, "here", "there", "metres"), abs=0.06)
        compared += 1
    assert compared > 50


queries = st.builds(
    NearestQuery,
    origin=st.one_of(positions, st.sampled_from([point.place.coordinate for point in POINTS])),
    at=st.just(at("2026-11-25 10:00")),
    open=st.sampled_from(list(OpenFilter)),
    k=st.integers(1, 24),
    within_m=st.one_of(st.none(), st.floats(1, 6_000)),
)


@settings(max_examples=100, deadline=None)
@given(query=queries)
def test_nearest_with_a_network_equals_looking_at_every_point(query):
    """Each walk is searched by itself here, while the finder looks it up and stops early."""
    found = FINDER.find_nearest(query)

    walks = {point.id: FINDER.reach.walk(query.origin, point.place.coordinate) for point in POINTS}
    near = sorted(
        (walk.walk_m, name) for name, walk in walks.items() if query.within_m is None or walk.walk_m <= query.within_m
    )
    assert [(result.walk.walk_m, result.point.id) for result in found.results] == near[: query.k]
    assert [result.walk for result in found.results] == [walks[result.point.id] for result in found.results]


TAKEN = [an_offer(point.id, "AB"[number % 2]) for number, point in enumerate(POINTS)]
ERRANDS = replace(CATALOGUE, matters={code: a_matter(code) for code in "AB"}, offers=tuple(TAKEN))


@lru_cache
def walks_between():
    """The metres from each point to each other one."""
    return [
        [FINDER.reach.walk(one.place.coordinate, other.place.coordinate).walk_m for other in POINTS] for one in POINTS
    ]


@settings(max_examples=20, deadline=None)
@given(origin=positions, most_known=st.sampled_from([trip_ground.MOST_KNOWN, 0]))
def test_a_trip_by_the_network_is_the_best_of_all_pairs(origin, most_known):
    """One matter at every other point, one at those between: each pair in each order is walked here."""
    places = [point.place.coordinate for point in POINTS]
    first_m = [FINDER.reach.walk(origin, place).walk_m for place in places]
    with patch.object(trip_ground, "MOST_KNOWN", most_known):
        trips = TripFinder(ERRANDS, FINDER.reach, Settings()).find_trips(
            TripQuery(origin=origin, at=at("2026-11-25 10:00"), matters=("A", "B"), alternatives=1)
        )

    best_m = min(
        first_m[one] + walks_between()[one][other] for one in range(24) for other in range(24) if one % 2 != other % 2
    )
    assert trips.is_proven
    assert trips.trips[0].walk_m == pytest.approx(best_m, abs=0.01)


@settings(max_examples=150, deadline=None)
@given(query=queries)
def test_no_walk_is_shorter_than_the_straight_line(query):
    for result in FINDER.find_nearest(replace(query, k=24, within_m=None)).results:
        walk = result.walk
        assert walk.walk_m >= walk.distance_m
        assert walk.walk_m >= FINDER.reach.shortest_m(walk.distance_m)


@settings(max_examples=60, deadline=None)
@given(origin=positions, metres=st.floats(100, 3000))
def test_what_a_walk_reaches_is_a_valid_area_that_grows_with_it(origin, metres):
    area = shapely.geometry.shape(reach_area(FINDER.reach, origin, metres).geometry)
    more = shapely.geometry.shape(reach_area(FINDER.reach, origin, metres + 300).geometry)

    assert area.is_valid
    # smoothed lines differ by a few metres
    assert area.difference(more.buffer(1.5e-4)).is_empty
