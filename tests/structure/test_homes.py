"""Each library has one home, and so have the clock, the environment and the screen."""

import ast
from fnmatch import fnmatch

import pytest

from tests.structure.sources import imported_libraries, imported_names, modules, name_of, tree_of

WEB = ("mapapp/web/*",)
COMMANDS = ("mapapp/cli.py", "mapapp/commands/*")
# each deed of booking changes the tables in a part of the caller's transaction
BOOKING_DEEDS = (
    "arranging",
    "changes",
    "day",
    "entries",
    "finding",
    "fitting",
    "holds",
    "keeping",
    "limits",
    "outbox",
    "seats",
    "waiting",
)
TABLES = (
    "mapapp/database.py",
    "mapapp/engines.py",
    "mapapp/group_commit.py",
    "mapapp/map_view.py",
    "mapapp/*/rows.py",
    "mapapp/*/loading.py",
    "mapapp/*/desk.py",
    "mapapp/*/cache.py",
    *(f"mapapp/booking/{deed}.py" for deed in BOOKING_DEEDS),
    "mapapp/catalogue/backups.py",
    "mapapp/catalogue/filling.py",
    "mapapp/catalogue/network_loading.py",
    "mapapp/catalogue/patching.py",
    "mapapp/catalogue/point_loading.py",
    "mapapp/catalogue/quality_reading.py",
    "mapapp/catalogue/restoring.py",
    "mapapp/catalogue/revision.py",
    "mapapp/catalogue/revision_rows.py",
    "mapapp/catalogue/search_misses.py",
    "mapapp/editing/accounts.py",
    "mapapp/editing/applying.py",
    "mapapp/editing/audit.py",
    "mapapp/editing/drafting.py",
    "mapapp/editing/folk_names.py",
    "mapapp/editing/giving_out.py",
    "mapapp/editing/logins.py",
    "mapapp/editing/positions.py",
    "mapapp/editing/reading.py",
    "mapapp/editing/reports.py",
    "mapapp/editing/retired.py",
    "mapapp/editing/second_factor.py",
    "mapapp/editing/taking_over.py",
    "mapapp/editing/uploads.py",
    "mapapp/editing/writing.py",
    "mapapp/migrations/*",
)
HOMES = {
    "alembic": ("mapapp/database.py", "mapapp/migrations/*"),
    "apiflask": WEB,
    "argon2": ("mapapp/editing/passwords.py",),
    "branca": ("mapapp/web/folium_map.py",),
    "click": COMMANDS,
    "cryptography": ("mapapp/booking/sealing.py", "mapapp/web/staff/second_factor.py"),
    "flask": WEB + COMMANDS,
    "flask_alembic": COMMANDS,
    "flask_babel": WEB,
    "flask_compress": WEB,
    "flask_login": ("mapapp/web/staff/login.py",),
    "flask_wtf": ("mapapp/web/staff/login.py",),
    "folium": ("mapapp/web/folium_map.py",),
    "geopandas": ("mapapp/catalogue/importing.py", "mapapp/catalogue/exporting.py", "mapapp/coverage/*"),
    "geopy": ("mapapp/geocoding/*",),
    "highspy": ("mapapp/coverage/solver.py",),
    "icalendar": WEB,
    "jinja2": WEB,
    "limits": ("mapapp/web/rates.py",),
    "markupsafe": WEB,
    "openpyxl": ("mapapp/editing/sheets.py",),
    "opening_hours": ("mapapp/hours/grammar.py",),
    "osmium": ("mapapp/geography/osm_extract.py",),
    "pandas": (),
    "prometheus_client": WEB,
    "psycopg": ("mapapp/engines.py",),
    "pydantic": WEB,
    "pyproj": ("mapapp/geography/*",),
    "redis": ("mapapp/web/rates.py",),
    "requests": (),
    "scipy": ("mapapp/geography/*",),
    "segno": WEB,
    "shapely": ("mapapp/geography/*", "mapapp/coverage/*"),
    "sqlalchemy": TABLES,
    "sqlite3": ("mapapp/engines.py",),
    "structlog": WEB,
    "werkzeug": WEB,
}
CLOCK = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "localtime"),
}
CLOCK_HOMES = WEB + COMMANDS
ENVIRONMENT_HOMES = ("mapapp/settings.py", "mapapp/web/*", *COMMANDS)


def _strangers(library: str, homes: tuple[str, ...]) -> list[str]:
    users = (name_of(path) for path in modules() if library in imported_libraries(path))
    return [user for user in users if not any(fnmatch(user, home) for home in homes)]


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_library_is_used_only_in_its_home(library):
    assert _strangers(library, HOMES[library]) == []


def test_the_guard_sees_a_library_outside_its_home():
    assert "mapapp/database.py" in _strangers("sqlalchemy", ())


def _outside(homes: tuple[str, ...], uses) -> list[str]:
    found = []
    for path in modules():
        if any(fnmatch(name_of(path), home) for home in homes):
            continue
        found += [f"{name_of(path)}:{node.lineno}" for node in ast.walk(tree_of(path)) if uses(node)]
    return found


def _reads_the_clock(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute)):
        return False
    owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
    return (owner, node.attr) in CLOCK


def _reads_the_environment(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}


def _prints(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "input"}


def test_only_the_web_and_the_commands_read_the_clock():
    assert _outside(CLOCK_HOMES, _reads_the_clock) == []


def test_only_the_settings_read_the_environment():
    assert _outside(ENVIRONMENT_HOMES, _reads_the_environment) == []


def test_nothing_prints_but_the_commands():
    assert _outside(COMMANDS, _prints) == []


@pytest.mark.parametrize("text", ["datetime.now()", "datetime.datetime.now()", "date.today()", "time.time()"])
def test_the_guard_knows_the_clock_in_its_usual_forms(text):
    assert any(_reads_the_clock(node) for node in ast.walk(ast.parse(text)))


def test_the_core_draws_no_random_numbers():
    users = [name_of(path) for path in modules() if {"random", "secrets", "uuid"} & imported_names(path)]

    assert [user for user in users if not user.startswith("mapapp/web/")] == []
