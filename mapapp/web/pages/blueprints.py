"""Which pages there are (页面): every blueprint of this folder, in the order of the menu."""

from mapapp.web.pages import (
    answer,
    booking,
    coverage,
    coverage_reports,
    data,
    frame,
    maps,
    materials,
    matters,
    own_booking,
    packages,
    points,
    start,
    statements,
    trip,
)

BLUEPRINTS = (
    frame.blueprint,
    start.blueprint,
    answer.blueprint,
    points.blueprint,
    matters.blueprint,
    materials.blueprint,
    packages.blueprint,
    trip.blueprint,
    booking.blueprint,
    own_booking.blueprint,
    coverage.blueprint,
    coverage_reports.blueprint,
    data.blueprint,
    statements.blueprint,
    maps.blueprint,
)
