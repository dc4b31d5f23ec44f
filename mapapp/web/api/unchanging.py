"""Answers in which nothing depends on the moment: the reader who has this revision's answer gets 304 at once."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from mapapp.web.bodies import etag_of_view, not_modified, send_text, vary_by_language
from mapapp.web.context import Bundle
from mapapp.web.fragments import dumps


def answer_unchanging(bundle: Bundle, language: str, view: str, build: Callable[[], Mapping[str, Any]]) -> Response:
    """Return 304, or the JSON of what `build` returns; `view` names what it depends on beside facts and language."""
    etag = etag_of_view(bundle, language, view)
    return vary_by_language(not_modified(etag) or send_text(dumps(build()), etag=etag))
