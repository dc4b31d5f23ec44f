"""Who is logged in (登录状态): Flask-Login on sessions kept by the server, and the token of every form.

Only paths under /staff have a session: no other page reads or sets the cookie. The cookie holds a random token, the
database its hash, so that a login can be ended at any moment.
"""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from apiflask import APIFlask
from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import ValidationError, generate_csrf, validate_csrf

from mapapp.database import Database
from mapapp.editing import logins
from mapapp.editing.accounts import Account
from mapapp.editing.drafting import Actor
from mapapp.editing.logins import Login
from mapapp.editing.roles import Staff
from mapapp.errors import InvalidQuery, Refused
from mapapp.settings import Settings
from mapapp.web.context import EXTENSION, current_now, current_settings, services

ROOT = "/staff"
COOKIE = "staff"
KEY_FILE = "cookie.key"
# What changes accounts wants a password that was typed not longer ago.
FRESH = timedelta(minutes=15)
# Where the cookie keeps that a password was right, and for how long.
_HALF = "half"
_HALF_TIME = timedelta(minutes=5)
SECOND_FACTOR = ("optional", "required")


class _StaffSessions(SecureCookieSessionInterface):
    """A session for paths under /staff, none for any other."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:  # type: ignore[override]
        if not is_staff_path(request.path):
            return self.make_null_session(app)
        if not app.config["SECRET_KEY"]:
            # only somebody who opens a page of staff needs it, so the start makes no file
            app.config["SECRET_KEY"] = _made_key(app.extensions[EXTENSION].settings.data / KEY_FILE)
        return super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:
        return bool(request.is_secure)


class User(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """Somebody as Flask-Login knows them: by the token of the session, not by the account."""

    def __init__(self, token: str, login: Login) -> None:
        self.token = token
        self.login = login

    def get_id(self) -> str:
        """Return what the cookie holds."""
        return self.token


def is_staff_path(path: str) -> bool:
    """Return whether the path belongs to staff."""
    return path == ROOT or path.startswith(f"{ROOT}/")


def set_up_logins(app: APIFlask, settings: Settings) -> None:
    """Give the application its sessions of staff; raise InvalidQuery `invalid_setting`."""
    if settings.second_factor not in SECOND_FACTOR:
        # a slip of the pen must not leave the door half open
        kind = " | ".join(SECOND_FACTOR)
        value = settings.second_factor
        raise InvalidQuery("invalid_setting", field="MAPAPP_SECOND_FACTOR", value=value, kind=kind)
    app.config.update(
        SECRET_KEY=_secret_key(settings),
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_PATH=ROOT,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_PROTECTION=None,
        # a form may stay open over lunch; it lives as long as the login
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.session_interface = _StaffSessions()
    manager = LoginManager()
    manager.user_loader(_user_of)
    # not init_app: that would open a session, and with it Vary: Cookie, for every public page
    app.login_manager = manager  # type: ignore[attr-defined]
    app.jinja_env.globals["csrf_token"] = generate_csrf


def current_login() -> Login | None:
    """Return the login of this request, None when nobody is logged in."""
    return current_user.login if current_user.is_authenticated else None


def the_login() -> Login:
    """Return the login of a request that has one."""
    login = current_login()
    assert login is not None
    return login


def current_staff() -> Staff:
    """Return who is logged in."""
    return the_login().staff


def current_actor() -> Actor:
    """Return who acts, now, and from where."""
    return Actor(staff=current_staff(), now=current_now(), address=client_address())


def staff_database() -> Database:
    """Return the database of this application."""
    return services().keeper.database


def client_address() -> str:
    """Return the network address a request comes from."""
    return request.remote_addr or ""


def enter(staff: Staff) -> None:
    """Log somebody in: a new session with a new token, whatever there was before."""
    session.clear()
    token = secrets.token_urlsafe(32)
    now, agent = current_now(), request.headers.get("User-Agent", "")
    with staff_database().transaction() as database:
        logins.start_session(database, staff, token, now=now, address=client_address(), agent=agent)
        login = logins.login_of(database, token, now, idle=idle_time(), most=longest_time())
    assert login is not None
    login_user(User(token, login))


def enter_half(account: Account) -> None:
    """Remember for a few minutes that the password was right; the code of the second factor is still to come."""
    session.clear()
    session[_HALF] = {
        "name": account.staff.name,
        "at": current_now().isoformat(),
        # another password makes this worth nothing
        "proof": logins.token_hash(account.password_hash),
    }


def half_entered(found: Callable[[str], Account | None]) -> Account | None:
    """Return whose password was right a few minutes ago and still is; `found` returns the account of a name."""
    half = session.get(_HALF)
    if half is None or current_now() - datetime.fromisoformat(half["at"]) > _HALF_TIME:
        return None
    account = found(half["name"])
    if account is None or account.disabled_at is not None:
        return None
    return account if logins.token_hash(account.password_hash) == half["proof"] else None


def leave() -> None:
    """Log out here."""
    login = current_login()
    if login is not None:
        with staff_database().transaction() as database:
            logins.end_session(database, login.staff, login.id, current_now())
    logout_user()
    session.clear()


def is_fresh() -> bool:
    """Return whether the password was typed a short while ago."""
    return current_now() - the_login().proved_at <= FRESH


def prove() -> None:
    """Note that the password was typed again."""
    with staff_database().transaction() as database:
        logins.prove(database, the_login().id, current_now())


def note_use() -> None:
    """Write down now and then that this session is in use."""
    login = the_login()
    if logins.wants_to_be_seen(login, current_now()):
        # what can be read is shown although nothing can be written
        with suppress(Refused), staff_database().transaction() as database:
            logins.see(database, login.id, current_now())


def check_form_token() -> None:
    """Raise Refused `form_too_old` when a form does not carry the token of this session."""
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRFToken"))
    except ValidationError:
        raise Refused("form_too_old") from None


def idle_time() -> timedelta:
    """Return how long a session may be unused."""
    return timedelta(minutes=current_settings().staff_idle_minutes)


def longest_time() -> timedelta:
    """Return how long a session lasts at most."""
    return timedelta(hours=current_settings().staff_session_hours)


def _user_of(token: str) -> User | None:
    if "staff_login" not in g:
        with staff_database().reading() as database:
            g.staff_login = logins.login_of(database, token, current_now(), idle=idle_time(), most=longest_time())
    login: Login | None = g.staff_login
    return None if login is None else User(token, login)


def _secret_key(settings: Settings) -> str:
    """Return the given key, else that of the data folder, "" when there is none yet."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.data / KEY_FILE
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _made_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        # a link never replaces what another worker made meanwhile
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()
