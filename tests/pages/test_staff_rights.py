"""The truth table of routes and roles: tests/structure/staff_rights.txt says who is let in, and so it is."""

import pytest

from mapapp.web.context import EXTENSION
from mapapp.web.staff.access import ENDPOINTS, OPEN
from tests.pages.conftest import app_showing
from tests.shipped_catalogue import shipped_catalogue
from tests.staff_pages import Clock, log_in, post, staff_app, token_in
from tests.structure.sources import ROOT

TABLE = [
    line.split()
    for line in (ROOT / "tests/structure/staff_rights.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
# role -> (an account of it, a point of theirs, a point of somebody else)
PEOPLE = {
    "editor": ("wang", "JB-001", "JB-003"),
    "representative": ("chief", "JB-002", "JB-003"),
    "office": ("office", "JB-001", "JB-003"),
    "supervisor": ("zhang", "JB-001", "JB-003"),
}
# of the department of the chief representative, and of another one
OWN_MATTER, OTHER_MATTER = "M076", "M001"
THE_DOOR = {(method, page) for method in ("GET", "POST") for page in ("/staff/login", "/staff/code")}
VALUES = {
    "<int:login_id>": "999",
    "<kind>.<form>": "points.csv",
    "<name>": "office2",
    "<int:change_id>": "999",
    "<int:report_id>": "999",
}
# what one cannot go on from
CLOSING = {"/staff/logout"}


@pytest.fixture(scope="module")
def app(templates, tmp_path_factory):
    from mapapp.database import Database
    from tests.conftest import _migrate_and_load

    database = Database(templates.copy("loaded", _migrate_and_load))
    app = staff_app(database, tmp_path_factory.mktemp("rights"), Clock())
    yield app
    app.extensions[EXTENSION].keeper.close()
    database.dispose()


@pytest.fixture(scope="module")
def clients(app):
    made = {}
    for role, (name, _, _) in PEOPLE.items():
        made[role] = app.test_client()
        log_in(made[role], name)
    return made


def address_of(rule, point, matter="M001"):
    for variable, value in VALUES.items():
        rule = rule.replace(variable, value)
    rule = rule.replace("<point_id>", point).replace("<int:year>", "2027")
    return rule.replace("<code>", "P01" if "packages" in rule else matter)


def is_let_in(client, method, address):
    if address in CLOSING:
        return True
    answer = client.get(address) if method == "GET" else post(client, address, {})
    assert answer.status_code < 500, answer.get_data(as_text=True)
    return answer.status_code != 403


@pytest.mark.parametrize(("method", "rule", "rights"), [(row[0], row[1], row[2:]) for row in TABLE], ids=str)
def test_a_route_lets_in_whom_the_table_names(clients, method, rule, rights):
    expected, found = {}, {}
    for (role, client), right in zip(clients.items(), rights, strict=True):
        _, own, other = PEOPLE[role]
        places = ((own, OWN_MATTER), (other, OTHER_MATTER))
        expected[role] = {"yes": (True, True), "own": (True, False), "no": (False, False)}[right]
        found[role] = tuple(is_let_in(client, method, address_of(rule, *place)) for place in places)

    assert found == expected


def test_every_route_of_staff_is_in_the_table(app):
    rules = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/staff")
    }

    assert {(row[0], row[1]) for row in TABLE} == rules - THE_DOOR


def test_every_right_belongs_to_a_page_that_is_there(app):
    assert set(ENDPOINTS) | OPEN <= {rule.endpoint for rule in app.url_map.iter_rules()}


@pytest.mark.parametrize(("method", "rule"), [(row[0], row[1]) for row in TABLE], ids=str)
def test_nobody_comes_in_without_a_login(app, method, rule):
    client = app.test_client()
    token = token_in(client.get("/staff/login").get_data(as_text=True))

    answer = client.open(address_of(rule, "JB-001"), method=method, data={"csrf_token": token})

    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/staff/login")


@pytest.mark.parametrize("rule", [row[1] for row in TABLE if row[0] == "POST"])
def test_no_form_is_taken_without_its_token(clients, rule):
    assert clients["office"].post(address_of(rule, "JB-001")).status_code == 409


def test_without_a_database_the_public_pages_still_have_no_session():
    assert "Set-Cookie" not in app_showing(shipped_catalogue()).test_client().get("/").headers
