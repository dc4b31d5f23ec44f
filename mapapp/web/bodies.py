"""How a body is sent (正文): with a validator, 304 when the reader has it already, and compressed only once.

A body that is the same for everybody is kept as a `Prepared`: its bytes plain, gzip and Brotli, and their digest.
An `ETag` names what the answer depends on: either the bytes themselves, or catalogue, language, build and view.
"""

import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import brotli
from flask import Response, current_app, request

from mapapp.web.context import Bundle, services

JSON = "application/json"
GEOJSON = "application/geo+json"
# The reader asks each time whether its copy is still right; nothing depends on the moment.
REVALIDATE = "no-cache"
# A position or a person is in the answer.
PRIVATE = "no-store"
# The address carries the digest of the content.
FOREVER = "public, max-age=31536000, immutable"
_VARY_LANGUAGE = "Accept-Language, Cookie"
# Below this many bytes compressing costs more than it saves.
_SMALL = 500


def digest_of(*parts: bytes | str) -> str:
    """Return a short name (hex, 80 bits) of these parts together."""
    digest = blake2b(digest_size=10)
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\x00")
    return digest.hexdigest()


@dataclass(frozen=True)
class Prepared:
    """A body that is the same for everybody, with its compressed forms (made when first asked for)."""

    body: bytes
    mimetype: str
    etag: str

    @classmethod
    def of(cls, body: bytes | str, mimetype: str) -> "Prepared":
        """Return the body, named by the digest of its bytes."""
        data = body.encode() if isinstance(body, str) else body
        return cls(data, mimetype, digest_of(data))

    @cached_property
    def gzip(self) -> bytes:
        """Return the body as gzip; equal bytes in every process (no time in it)."""
        return gzip.compress(self.body, 9, mtime=0)

    @cached_property
    def br(self) -> bytes:
        """Return the body as Brotli, level 9: twenty times quicker than 11 and 5 % larger on our files."""
        return bytes(brotli.compress(self.body, quality=9))

    @property
    def is_text(self) -> bool:
        """Return whether compressing makes it smaller: pictures and fonts are compressed already."""
        return self.mimetype.startswith("text/") or self.mimetype.endswith(("json", "javascript", "xml"))


def etag_of_view(bundle: Bundle, language: str, view: str) -> str:
    """Return the validator of an answer that depends on catalogue, language, build and view alone."""
    return digest_of(bundle.digest, language, services().build, view)


def send_text(body: str, *, mimetype: str = JSON, etag: str | None = None, cache: str = REVALIDATE) -> Response:
    """Answer with a body made for this request; 304 when its validator is the one the reader has."""
    data = body.encode()
    response = current_app.response_class(data, mimetype=mimetype)
    return _validated(response, etag or digest_of(data), cache)


def send_prepared(prepared: Prepared, *, etag: str | None = None, cache: str = REVALIDATE) -> Response:
    """Answer with a kept body in the best form the reader takes; nothing is compressed again."""
    body, coding = prepared.body, None
    if prepared.is_text and len(body) >= _SMALL:
        accepted = request.accept_encodings
        coding = accepted.best_match(["br", "gzip"]) if accepted else None
        if coding is not None:
            body = prepared.br if coding == "br" else prepared.gzip
    response = current_app.response_class(body, mimetype=prepared.mimetype)
    if coding is not None:
        response.headers["Content-Encoding"] = coding
    response.headers["Vary"] = "Accept-Encoding"
    return _validated(response, etag or prepared.etag, cache)


def not_modified(etag: str, cache: str = REVALIDATE) -> Response | None:
    """Return the 304 for a reader that has this version already, before anything is computed; else None."""
    if "HTTP_IF_NONE_MATCH" not in request.environ or not request.if_none_match.contains_weak(etag):
        return None
    return _with_validator(current_app.response_class(status=304), etag, cache)


def vary_by_language(response: Response) -> Response:
    """Say that the words of this answer were chosen by the reader's language."""
    known = response.headers.get("Vary")
    response.headers["Vary"] = f"{known}, {_VARY_LANGUAGE}" if known else _VARY_LANGUAGE
    return response


def _validated(response: Response, etag: str, cache: str) -> Response:
    return not_modified(etag, cache) or _with_validator(response, etag, cache)


def _with_validator(response: Response, etag: str, cache: str) -> Response:
    # weak: the same words in another compression are the same answer
    response.headers["ETag"] = f'W/"{etag}"'
    response.headers["Cache-Control"] = cache
    return response
