"""Which pages staff have (工作人员页面): every blueprint of this folder, and the page on which residents report."""

from mapapp.web.pages import reports as public_reports
from mapapp.web.staff import (
    account,
    announcements,
    audit,
    calendar,
    changes,
    closures,
    code,
    details,
    door,
    exchange,
    freshness,
    geocodes,
    home,
    hours,
    matters,
    offers,
    packages,
    people,
    points,
    position,
    preview,
    quality,
    reports,
    searches,
    second_factor,
    slots,
    visits,
)

BLUEPRINTS = tuple(
    module.blueprint
    for module in (
        *(door, code, home, points, details, hours, closures, position, offers, visits, slots, announcements),
        public_reports,
        *(changes, preview, reports, matters, packages, calendar, exchange, audit, quality),
        *(freshness, geocodes, searches),
        *(people, account, second_factor),
    )
)
