"""`mapapp staff add | disable | enable | reset | remove-second-factor | list`: accounts; the first is made here."""

import sys
from collections.abc import Sequence
from datetime import datetime

import click

from mapapp.commands.common import Told, database_of, print_json
from mapapp.database import ZONE, upgrade
from mapapp.errors import InvalidQuery, NotFound
from mapapp.people import SYSTEM, Role
from mapapp.settings import from_environ

_ROLES = click.Choice([role.value for role in Role if role is not Role.SYSTEM])
_STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group("staff")
def staff_group() -> None:
    """Accounts of those who keep the map true."""


@staff_group.command("add", cls=Told)
@click.argument("name")
@click.option("--role", type=_ROLES, required=True, help="What the account may do.")
@click.option("--point", "points", multiple=True, help="Id of a point that is theirs; may be given several times.")
@click.option("--department", default="", help="Department of a chief representative.")
@_STDIN
def add_command(name: str, role: str, points: Sequence[str], department: str, password_stdin: bool) -> None:
    """Add the account NAME."""
    from mapapp.editing import accounts, audit

    settings = from_environ()
    database = database_of(settings)
    upgrade(database)
    stored = _hashed(_password(password_stdin), name, settings.password_memory_kib)
    now = datetime.now(ZONE)
    with database.transaction() as session:
        staff = accounts.add(session, name, Role(role), points, department, stored, now=now, by=SYSTEM.name)
        after = audit.json_text({"role": role, "points": sorted(points)})
        entry = audit.Entry(deed="account_add", kind="account", key=staff.name, after=after)
        audit.note(session, SYSTEM, now, "", entry)
    click.echo(f"Added {staff.name} ({role}).")


@staff_group.command("disable", cls=Told)
@click.argument("name")
def disable_command(name: str) -> None:
    """Close the account NAME and end its logins; its history stays."""
    from mapapp.editing import accounts, audit

    now = datetime.now(ZONE)
    with database_of(from_environ()).transaction() as session:
        accounts.disable(session, name, now)
        audit.note(session, SYSTEM, now, "", audit.Entry(deed="account_disable", kind="account", key=name))
    click.echo(f"Closed {name}.")


@staff_group.command("enable", cls=Told)
@click.argument("name")
def enable_command(name: str) -> None:
    """Open the closed account NAME again."""
    from mapapp.editing import accounts, audit

    with database_of(from_environ()).transaction() as session:
        accounts.enable(session, name)
        entry = audit.Entry(deed="account_enable", kind="account", key=name)
        audit.note(session, SYSTEM, datetime.now(ZONE), "", entry)
    click.echo(f"Opened {name}.")


@staff_group.command("reset", cls=Told)
@click.argument("name")
@_STDIN
def reset_command(name: str, password_stdin: bool) -> None:
    """Set a new password for the account NAME and end its logins."""
    from mapapp.editing import accounts, audit

    settings = from_environ()
    database = database_of(settings)
    with database.reading() as session:
        if accounts.account(session, name) is None:
            raise NotFound("unknown_account", value=name)
    stored = _hashed(_password(password_stdin), name, settings.password_memory_kib)
    now = datetime.now(ZONE)
    with database.transaction() as session:
        accounts.set_password(session, name, stored, now, keep_session=None)
        audit.note(session, SYSTEM, now, "", audit.Entry(deed="account_reset", kind="account", key=name))
    click.echo(f"The password of {name} is set; all its logins have ended.")


@staff_group.command("remove-second-factor", cls=Told)
@click.argument("name")
def remove_second_factor_command(name: str) -> None:
    """Take the second factor of the account NAME away, for whoever lost telephone and recovery codes."""
    from mapapp.editing import accounts, audit

    with database_of(from_environ()).transaction() as session:
        accounts.remove_second_factor(session, name)
        entry = audit.Entry(deed="factor_off", kind="account", key=name)
        audit.note(session, SYSTEM, datetime.now(ZONE), "", entry)
    click.echo(f"{name} logs in with the password alone.")


@staff_group.command("list", cls=Told)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(as_json: bool) -> None:
    """List all accounts."""
    from mapapp.editing import accounts

    with database_of(from_environ()).reading() as session:
        rows = [
            {
                "name": each.staff.name,
                "role": each.staff.role.value,
                "points": sorted(each.staff.points),
                "department": each.staff.department,
                "disabled": each.disabled_at is not None,
                "last_seen": each.last_seen.isoformat() if each.last_seen else None,
            }
            for each in accounts.accounts(session)
        ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        closed = ", closed" if row["disabled"] else ""
        click.echo(f"{row['name']}: {row['role']}{closed} {row['department']} {' '.join(row['points'])}".rstrip())  # type: ignore[arg-type]


def _password(from_stdin: bool) -> str:
    if from_stdin:
        # one line: what a pipe or a file ends with is no part of it
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidQuery("no_password", field="password")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _hashed(password: str, name: str, memory_kib: int) -> str:
    from mapapp.editing.passwords import Passwords, check_password

    check_password(password, {"name": name})
    return Passwords(memory_kib).hash(password)
