"""Our own files (静态文件): named by their content, compressed once, kept in memory.

`asset_url("style.css")` carries the digest of the file, so a browser keeps it for a year and asks for the next one
by another address. Without the digest a browser asks each time whether its copy is still right.
"""

import mimetypes
import threading
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from mapapp.web.bodies import FOREVER, REVALIDATE, Prepared, send_prepared

_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".ico": "image/x-icon",
    ".txt": "text/plain",
}
_EXTENSION = "mapapp_assets"
_FOREVER_KEY = "v"


@dataclass(frozen=True, slots=True)
class _Kept:
    modified_ns: int
    prepared: Prepared


class Assets:
    """The files of one folder, read when first asked for and again when they changed on disk. Safe for threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> Prepared:
        """Return the file called `name` inside the folder; raise werkzeug's NotFound when there is none."""
        path = self._path(name)
        try:
            modified_ns = path.stat().st_mtime_ns
            kept = self._kept.get(name)
            if kept is None or kept.modified_ns != modified_ns:
                prepared = Prepared.of(path.read_bytes(), _type_of(path))
                with self._lock:
                    self._kept[name] = kept = _Kept(modified_ns, prepared)
        except OSError:
            raise NotFound from None
        return kept.prepared

    def _path(self, name: str) -> Path:
        parts = name.split("/")
        # only names below the folder: no empty part, no "..", nothing hidden, no other separator
        if any(not part or part.startswith(".") or "\\" in part or "\x00" in part for part in parts):
            raise NotFound
        path = self._folder.joinpath(*parts)
        if not path.is_file() or not path.resolve().is_relative_to(self._folder):
            raise NotFound
        return path


def register_assets(app: Flask, folder: Path) -> None:
    """Serve the files of `folder` under /static/ and give templates `asset_url`."""
    assets = Assets(folder)
    app.extensions[_EXTENSION] = assets

    def serve(filename: str) -> Response:
        """Return one of our own files."""
        prepared = assets.get(filename)
        forever = request.args.get(_FOREVER_KEY) == prepared.etag
        return send_prepared(prepared, cache=FOREVER if forever else REVALIDATE)

    def asset_url(name: str) -> str:
        """Return the address of one of our own files, with the digest of its content."""
        return f"/static/{name}?{_FOREVER_KEY}={assets.get(name).etag}"

    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=serve)
    app.jinja_env.globals["asset_url"] = asset_url


def _type_of(path: Path) -> str:
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
