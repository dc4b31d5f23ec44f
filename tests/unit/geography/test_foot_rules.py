"""Which ways one may walk: the rules of OpenStreetMap as a truth table."""

import pytest

from mapapp.geography.foot_rules import Foot, foot_on, foot_passes


def tags(text):
    return dict(part.split("=") for part in text.split())


@pytest.mark.parametrize(
    "text",
    [
        *("highway=footway", "highway=pedestrian", "highway=path", "highway=steps", "highway=living_street"),
        *("highway=residential", "highway=service", "highway=unclassified", "highway=tertiary", "highway=secondary"),
        *("highway=primary", "highway=cycleway", "highway=track", "highway=corridor", "highway=elevator"),
        *("railway=platform", "public_transport=platform", "man_made=pier"),
        *("highway=pedestrian area=yes", "highway=residential oneway=yes", "highway=footway access=permissive"),
        # foot is more particular than access
        *("highway=service access=private foot=yes", "highway=path access=no foot=designated"),
        *("highway=motorway foot=yes", "highway=trunk foot=designated", "highway=trunk sidewalk=both"),
        *("highway=trunk_link sidewalk:right=yes", "highway=primary motorroad=yes foot=yes"),
        *("highway=primary expressway=yes sidewalk=left", "highway=bridleway foot=yes", "highway=busway foot=yes"),
        "highway=service access=destination",
    ],
)
def test_people_walk_there_in_both_directions(text):
    assert foot_on(tags(text)) & Foot.BOTH == Foot.BOTH


@pytest.mark.parametrize(
    "text",
    [
        *("highway=motorway", "highway=motorway_link", "highway=trunk", "highway=trunk_link"),
        *("highway=trunk sidewalk=no", "highway=trunk sidewalk=separate", "highway=motorway bicycle=yes"),
        *("highway=primary motorroad=yes", "highway=primary expressway=yes"),
        *("highway=cycleway foot=no", "highway=residential foot=no", "highway=primary foot=use_sidepath"),
        *("highway=service access=private", "highway=footway access=no", "highway=path foot=private access=yes"),
        *("highway=bridleway", "highway=busway", "highway=bus_guideway", "highway=construction", "highway=proposed"),
        *("highway=raceway", "highway=trail", "railway=rail", "man_made=pipeline", "building=yes", "name=x"),
        *("railway=platform access=private", "highway=construction foot=yes"),
    ],
)
def test_nobody_walks_there(text):
    assert foot_on(tags(text)) == Foot.NONE


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("oneway=yes", Foot.BOTH),
        ("oneway=-1", Foot.BOTH),
        ("oneway:foot=yes", Foot.FORWARD),
        ("oneway:foot=-1", Foot.BACKWARD),
        ("oneway:foot=no oneway=yes", Foot.BOTH),
    ],
)
def test_only_a_oneway_for_feet_binds_feet(text, allowed):
    assert foot_on(tags(f"highway=footway {text}")) == allowed


@pytest.mark.parametrize(
    ("text", "is_elevated"),
    [
        ("bridge=yes", True),
        ("bridge=viaduct", True),
        ("tunnel=yes", True),
        ("bridge=no", False),
        ("tunnel=building_passage", False),
        ("layer=1", False),
    ],
)
def test_bridges_and_tunnels_are_not_on_the_ground(text, is_elevated):
    assert bool(foot_on(tags(f"highway=footway {text}")) & Foot.ELEVATED) is is_elevated


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("name=x", True),
        ("access=private", True),  # not a barrier: says something else
        ("barrier=gate", True),
        ("barrier=bollard", True),
        ("barrier=gate access=private", False),
        ("barrier=gate access=private foot=yes", True),
        ("barrier=gate foot=no", False),
        ("barrier=fence", False),
        ("barrier=wall foot=yes", True),
    ],
)
def test_a_barrier_across_the_way(text, passes):
    assert foot_passes(tags(text)) is passes
