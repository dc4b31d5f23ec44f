"""Ground for tests of coverage: small districts, a made-up network, and the reach over them."""

from functools import cache

import numpy as np

from mapapp.catalogue.catalogue import Catalogue
from mapapp.coverage.analysis import Coverage
from mapapp.coverage.ground import Ground, ground_of
from mapapp.finder.nearest import Finder
from mapapp.geography.district import District, DistrictName
from mapapp.geography.foot_rules import Foot
from mapapp.geography.reach import Reach
from mapapp.geography.walking_network import WalkingNetwork, largest_part
from mapapp.settings import Settings
from tests.building import a_square
from tests.shipped_catalogue import shipped_catalogue

NAMES = (DistrictName(code="1", name_zh="测试区", name_en="Test District", short_zh="测试"),)


def two_streets() -> District:
    """Return a rectangle of about 7.8 km by 4.4 km, a river along its south, and two streets that share it."""
    west = a_square(106.50, 29.56, 106.54, 29.60, code="1", name_zh="甲街道", name_en="First Street")
    east = a_square(106.54, 29.56, 106.58, 29.60, code="2", name_zh="乙街道", name_en="Second Street")
    return District.of(
        a_square(106.50, 29.56, 106.58, 29.60, adcode="1", name_zh="测试区"),
        {"type": "FeatureCollection", "features": [*west["features"], *east["features"]]},  # type: ignore[misc]
        a_square(106.50, 29.555, 106.58, 29.562, name_zh="江"),
        NAMES,
    )


def coverage_of(catalogue: Catalogue, **changes: object) -> Coverage:
    """Return the coverage of a small catalogue, on ground of its own."""
    reach = Reach(catalogue.district, (), Settings().detour)
    return Coverage(catalogue, Ground(reach), **changes)  # type: ignore[arg-type]


@cache
def shipped_reach() -> Reach:
    return Finder.of(shipped_catalogue(), Settings()).reach


@cache
def shipped_coverage() -> Coverage:
    return Coverage(shipped_catalogue(), ground_of(shipped_reach()))


@cache
def a_network() -> WalkingNetwork:
    """Return a crooked grid of ways over the whole sample district: gaps, one-ways and bridges among them."""
    dice = np.random.default_rng(5)
    west, south, east, north = shipped_catalogue().district.bounds
    lon, lat = np.meshgrid(np.linspace(west, east, 160), np.linspace(south, north, 60))
    lon, lat = lon + dice.normal(0, 3e-4, lon.shape), lat + dice.normal(0, 3e-4, lat.shape)
    node = np.arange(lon.size).reshape(lon.shape)
    across = np.stack([node[:, :-1].ravel(), node[:, 1:].ravel()], axis=1)
    along = np.stack([node[:-1].ravel(), node[1:].ravel()], axis=1)
    ends = np.concatenate([across, along])
    ends = ends[dice.random(len(ends)) < 0.8].astype(np.int32)
    kinds = [Foot.BOTH, Foot.BOTH, Foot.BOTH, Foot.FORWARD, Foot.BACKWARD, Foot.BOTH | Foot.ELEVATED]
    foot = dice.choice(kinds, len(ends)).astype(np.uint8)
    e7 = [(degrees.ravel() * 1e7).round().astype(np.int32) for degrees in (lon, lat)]
    return largest_part(WalkingNetwork(e7[0], e7[1], ends, foot))


@cache
def network_reach() -> Reach:
    estimate = shipped_reach()
    return Reach(estimate.district, estimate.bridges, estimate.detour, a_network())
