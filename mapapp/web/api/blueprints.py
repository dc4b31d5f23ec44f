"""Every address of the interface, in one list."""

from flask import Blueprint

from mapapp.web.api import (
    booking,
    coverage,
    docs,
    matters,
    nearest,
    packages,
    places,
    points,
    probes,
    reach,
    suggest,
    trips,
)

# under /api/v1
VERSIONED: tuple[Blueprint, ...] = (
    nearest.blueprint,
    points.blueprint,
    matters.blueprint,
    suggest.blueprint,
    packages.blueprint,
    places.blueprint,
    booking.blueprint,
    reach.blueprint,
    coverage.blueprint,
    trips.blueprint,
)
# at the root
ROOT: tuple[Blueprint, ...] = (probes.blueprint, docs.blueprint)
