"""Which program this is (版本号): the released version, and a digest of the files that shape an answer."""

from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mapapp.shipped import HERE, shipped

_SHAPING = ("*.py", "*.html", "*.mo")


def released() -> str:
    """Return the version of the installed package, "0" when it was never installed."""
    try:
        return version("mapapp")
    except PackageNotFoundError:
        return "0"


@lru_cache(maxsize=1)
def build() -> str:
    """Return a digest (hex) of code, templates and translations: the same in every worker of one deployment.

    A page that is cached under the catalogue's revision alone would stay old after a deployment.
    """
    digest = blake2b(digest_size=8)
    for folder in (HERE, shipped("templates")):
        for path in _files(folder):
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(path for pattern in _SHAPING for path in folder.rglob(pattern))
