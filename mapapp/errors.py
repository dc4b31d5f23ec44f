"""What can go wrong, named by what went wrong: a stable code and values, never a sentence.

MapappError
 |- NotFound       the thing asked for does not exist
 |- InvalidQuery   a parameter is missing, malformed or out of range
 |- Refused        the request is understood and well formed, but a rule says no
 |- Conflict       the state changed meanwhile
 `- Forbidden      this person may not do this

`mapapp/web/failures.py` turns each kind into one HTTP status; words are added there.
"""


class MapappError(Exception):
    """A failure with a stable lower_snake `code`, the offending `field` (or None) and `values` for the sentence."""

    def __init__(self, code: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(code if field is None else f"{code} ({field})")
        self.code = code
        self.field = field
        self.values = values


class NotFound(MapappError):
    """The thing asked for does not exist."""


class InvalidQuery(MapappError):
    """A parameter is missing, malformed or out of range."""


class Refused(MapappError):
    """Understood and well formed, but a rule says no."""


class Conflict(MapappError):
    """The state changed between reading and writing."""


class Forbidden(MapappError):
    """This person may not do this."""
