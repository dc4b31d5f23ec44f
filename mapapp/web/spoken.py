"""Sentences in the language of the request (译文): Flask-Babel behind typed functions.

The names are those of gettext, so that `pybabel extract` finds the messages.
"""

import flask_babel


def gettext(message: str, **values: object) -> str:
    """Return the message in the reader's language, with its values put in."""
    return str(flask_babel.gettext(message, **values))


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """Return the message for so many things in the reader's language; `%(num)d` is the number."""
    return str(flask_babel.ngettext(singular, plural, num, **values))
