"""Who acts: a person and a role (角色), known to every desk."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is allowed to do; one truth table elsewhere decides."""

    SYSTEM = "system"
    EDITOR = "editor"
    REPRESENTATIVE = "representative"
    OFFICE = "office"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody, or a command, that changes something; `name` goes into the audit log."""

    name: str
    role: Role


SYSTEM = Person(name="system", role=Role.SYSTEM)
