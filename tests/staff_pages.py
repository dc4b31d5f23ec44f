"""Staff as tests meet them: accounts in a database of their own, clients that are logged in, forms read from pages."""

import re
import threading
from datetime import datetime
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient

from mapapp.database import Database
from mapapp.editing import accounts
from mapapp.editing.passwords import Passwords
from mapapp.people import Role
from mapapp.settings import Settings
from mapapp.web.app import create_app
from mapapp.web.context import EXTENSION
from mapapp.web.measuring import RECORDING
from tests.conftest import NOW
from tests.page_reading import compile_translations

PASSWORD = "kettle-moon-47-quarry"
# KiB for one hash in tests: as little as argon2 takes.
CHEAP = 8
PEOPLE = {
    "wang": (Role.EDITOR, ("JB-001", "JB-002"), ""),
    "li": (Role.EDITOR, ("JB-003",), ""),
    "chief": (Role.REPRESENTATIVE, ("JB-002",), "区人力社保局"),
    "office": (Role.OFFICE, (), ""),
    "office2": (Role.OFFICE, (), ""),
    "zhang": (Role.SUPERVISOR, (), ""),
}


class Clock:
    """A clock that tests move."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


# The applications whose connections are still open.
_made: list[APIFlask] = []


def staff_app(database: Database, folder: Any, clock: Clock, **settings: Any) -> APIFlask:
    """Return the application on this database, with the accounts of PEOPLE."""
    add_people(database)
    return another_app(database, folder, clock, **settings)


def another_app(database: Database, folder: Any, clock: Clock, **settings: Any) -> APIFlask:
    """Return an application on a database that has its accounts already, as one more worker."""
    compile_translations()
    facts: dict[str, Any] = {"rate_limits": "off", "log_level": "error", "password_memory_kib": CHEAP}
    address = database.url.render_as_string(hide_password=False)
    app = create_app(Settings(data=folder, database_url=address, **{**facts, **settings}), now=clock)
    _made.append(app)
    return app


def close_apps() -> None:
    """Close the connections of the applications made since the last call."""
    finish_recording()
    while _made:
        _made.pop().extensions[EXTENSION].keeper.close()


def finish_recording() -> None:
    """Wait for what pages have begun off their request: it would connect again to what is closed."""
    for thread in threading.enumerate():
        if thread.name == RECORDING:
            thread.join()


def add_people(database: Database) -> None:
    """Add the accounts of PEOPLE; all have the same password."""
    stored = Passwords(CHEAP).hash(PASSWORD)
    with database.transaction() as session:
        for name, (role, points, department) in PEOPLE.items():
            accounts.add(session, name, role, points, department, stored, now=NOW, by="system")


def token_in(html: str) -> str:
    """Return the token of the first form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found, html[:500]
    return found[1]


def log_in(client: FlaskClient, name: str, password: str = PASSWORD, **values: Any) -> Any:
    """Send the form of the door and return the answer."""
    token = token_in(client.get("/staff/login").get_data(as_text=True))
    form = {"username": name, "password": password, "csrf_token": token}
    return client.post("/staff/login", data=form, **values)


def post(client: FlaskClient, address: str, form: dict[str, Any] | None = None, page: str = "/staff/account") -> Any:
    """Send a form with the token of a page."""
    token = token_in(client.get(page).get_data(as_text=True))
    return client.post(address, data={**(form or {}), "csrf_token": token})


def fields_in(html: str) -> dict[str, list[str]]:
    """Return what the forms of a page would send as they stand, without buttons."""
    from html import unescape

    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<(?:input|select|textarea)\b[^>]*>(?:[^<]*</textarea>)?", html):
        row = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        name, kind = row.get("name"), row.get("type", "")
        if not name or (kind in ("checkbox", "radio") and " checked" not in tag) or kind == "file":
            continue
        if tag.startswith("<select"):
            body = html.split(tag, 1)[1].split("</select>", 1)[0]
            chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
            value = chosen[1] if chosen else ""
        elif tag.startswith("<textarea"):
            value = tag.split(">", 1)[1].removesuffix("</textarea>")
        else:
            value = row.get("value", "on" if kind == "checkbox" else "")
        found.setdefault(name, []).append(unescape(value))
    return found
