"""Which OpenStreetMap ways one may walk (步行通行规则), and in which direction.

The rules are those of OSM's "Access restrictions" defaults and "Key:foot", as used in mainland China: what is built for
people is walked, a road is walked unless somebody says no, a motorway or trunk road only when somebody says yes.
Ferries, conditional restrictions and opening times of gates are not read.
"""

from collections.abc import Mapping
from enum import IntFlag

Tags = Mapping[str, str]


class Foot(IntFlag):
    """What a way allows: walking in the direction it is drawn, against it; and whether it lies on the ground.

    ELEVATED is a bridge or a tunnel: walked like any other way, but not stepped onto from beside it.
    """

    NONE = 0
    FORWARD = 1
    BACKWARD = 2
    BOTH = 3
    ELEVATED = 4


# Walked unless foot or access says no.
_WALKED = frozenset(
    (
        *("footway", "pedestrian", "path", "steps", "corridor", "platform", "elevator", "crossing", "living_street"),
        *("residential", "service", "unclassified", "road", "track", "cycleway"),
        *("tertiary", "tertiary_link", "secondary", "secondary_link", "primary", "primary_link"),
    )
)
# Walked only when foot says yes, or when a sidewalk belongs to it.
_CLOSED = frozenset(("motorway", "motorway_link", "trunk", "trunk_link"))
# Walked only when foot says yes.
_ASKED = frozenset(("bridleway", "busway"))
# Other keys of ways that people walk along.
_OTHER = {"railway": "platform", "public_transport": "platform", "man_made": "pier"}
_YES = frozenset(("yes", "designated", "permissive", "official", "destination", "customers", "public"))
_NO = frozenset(
    ("no", "private", "use_sidepath", "permit", "military", "agricultural", "forestry", "delivery", "emergency")
)
# `separate` is a way of its own beside the road, which is in the data then.
_SIDEWALK = frozenset(("both", "left", "right", "yes"))
_SIDEWALK_KEYS = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
_MOTOR_ROADS = ("motorroad", "expressway")
# A node of these across a way stops whoever walks, unless foot or access says yes.
_SOLID = frozenset(("fence", "wall", "hedge", "retaining_wall", "city_wall"))

# The keys of which a way or a relation has at least one when `foot_on` says anything but NONE.
WAY_KEYS = ("highway", *_OTHER)


def foot_on(tags: Tags) -> Foot:
    """Return what a way (or the outline of an area) with these tags allows on foot; NONE when it is not walked."""
    if not _is_built_for_it(tags) or not _may_enter(tags):
        return Foot.NONE
    return _directions(tags) | _level(tags)


def foot_passes(tags: Tags) -> bool:
    """Return whether one may walk past a node with these tags: a gate, a bollard, a fence across the way."""
    barrier = tags.get("barrier")
    if barrier is None:
        return True
    if barrier in _SOLID:
        return tags.get("foot", tags.get("access")) in _YES
    return _may_enter(tags)


def _is_built_for_it(tags: Tags) -> bool:
    highway = tags.get("highway")
    if highway is None:
        return any(tags.get(key) == value for key, value in _OTHER.items())
    asked = tags.get("foot") in _YES
    if highway in _CLOSED or any(tags.get(key) == "yes" for key in _MOTOR_ROADS):
        has_sidewalk = any(tags.get(key) in _SIDEWALK for key in _SIDEWALK_KEYS)
        return asked or (has_sidewalk and highway in _CLOSED | _WALKED)
    return highway in _WALKED or (highway in _ASKED and asked)


def _may_enter(tags: Tags) -> bool:
    """Return whether foot allows it, else whether access does not forbid it."""
    foot = tags.get("foot")
    if foot in _YES:
        return True
    return foot not in _NO and (foot is not None or tags.get("access") not in _NO)


def _directions(tags: Tags) -> Foot:
    """`oneway` is for vehicles; only `oneway:foot` binds who walks."""
    oneway = tags.get("oneway:foot")
    if oneway in ("yes", "1", "true"):
        return Foot.FORWARD
    return Foot.BACKWARD if oneway in ("-1", "reverse") else Foot.BOTH


def _level(tags: Tags) -> Foot:
    off_ground = any(tags.get(key, "no") != "no" for key in ("bridge", "tunnel"))
    # a passage through a building is entered from the street it leads to
    return Foot.ELEVATED if off_ground and tags.get("tunnel") != "building_passage" else Foot.NONE
