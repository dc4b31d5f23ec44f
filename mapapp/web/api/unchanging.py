"""Answers in which nothing depends on the moment: the reader who has this revision's answer gets 304 at once."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from mapapp.web.api.asking import Asked
from mapapp.web.bodies import etag_of_view, not_modified, send_text
from mapapp.web.fragments import dumps


def answer_unchanging(here: Asked, view: str, build: Callable[[], Mapping[str, Any]]) -> Response:
    """Return 304, or the JSON of what `build` returns; `view` names what it depends on beside facts and language."""
    etag = etag_of_view(here.bundle, here.language, view)
    unchanged = not_modified(etag)
    return send_text(dumps(build()), etag=etag) if unchanged is None else unchanged
