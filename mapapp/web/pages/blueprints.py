"""Which pages there are (页面): every blueprint of this folder, in the order of the menu."""

from mapapp.web.pages import answer, coverage, data, frame, maps, matters, packages, points, reports, start, statements

BLUEPRINTS = (
    frame.blueprint,
    start.blueprint,
    answer.blueprint,
    points.blueprint,
    matters.blueprint,
    packages.blueprint,
    coverage.blueprint,
    reports.blueprint,
    data.blueprint,
    statements.blueprint,
    maps.blueprint,
)
