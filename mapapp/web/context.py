"""What a request works with: the current catalogue and its indexes (版本), the moment, the settings and the language.

The `Keeper` compares the revision in the database once per request and loads the catalogue again when it changed,
or when something in it takes effect by date. While one thread loads, the others serve the catalogue they have.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar, cast

import structlog
from flask import current_app, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header, parse_cookie

from mapapp.catalogue.following import watch_of
from mapapp.catalogue.loading import read_catalogue
from mapapp.catalogue.patching import read_changes
from mapapp.catalogue.revision import RevisionProbe
from mapapp.database import Database
from mapapp.errors import MapappError, Refused
from mapapp.hours.opening_hours import ZONE
from mapapp.settings import Settings
from mapapp.web.bundles import Bundle as Bundle
from mapapp.web.bundles import bundle_of as bundle_of
from mapapp.web.bundles import renewed

EXTENSION = "mapapp"
LANGUAGES = ("zh", "en")
LANGUAGE_COOKIE = "lang"
T = TypeVar("T")
_log = structlog.get_logger("mapapp.web")


def _nothing_due(_: Database, __: datetime) -> datetime | None:
    return None


def _nothing_more(_: Bundle) -> None:
    return None


def _tell_lag(lags: bool, seconds: float) -> None:
    if lags:
        _log.warning("the read replica is behind, reading from the primary", seconds=round(seconds, 1))
    else:
        _log.info("the read replica is read again")


class Keeper:
    """Holds the current bundle of one process; safe for threads."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        now: Callable[[], datetime],
        upkeep: Callable[[Database, datetime], datetime | None] = _nothing_due,
    ) -> None:
        """`upkeep` publishes what is due and returns when the next change is; it is called before each load."""
        self.database = database
        self._upkeep = upkeep
        self._due_at: datetime | None = None
        self.settings = settings
        self._now = now
        self._probe = RevisionProbe(database)
        self._watch = watch_of(database, _tell_lag)
        self._loading = threading.Lock()
        # what works off the requests ends with it, and begins with a bundle
        self.closing = threading.Event()
        self.loaded: Callable[[Bundle], None] = _nothing_more
        # (revision and epoch, when loaded, bundle): one tuple, so that a reader never sees a mixture
        self._held: tuple[tuple[int, str], datetime, Bundle] | None = None

    def bundle(self) -> Bundle:
        """Return the bundle of the current revision.

        While the database is away the last one is served. Raises Refused `database_away` when there is none.
        """
        held = self._held
        try:
            seen = self._probe.read()
        except Refused:
            if held is None:
                raise
            return held[2]
        if held is not None and self._is_current(held, seen) and not self._is_due(held):
            return held[2]
        return self._renewed(seen)

    def holds(self) -> bool:
        """Return whether a catalogue is held, whatever the database does."""
        return self._held is not None

    def can_write(self) -> bool:
        """Return whether the database answers."""
        if self.database.has_replica:
            # the probe asks the replica
            return self.database.can_write()
        try:
            self._probe.read()
        except Refused:
            return False
        return True

    def replica_behind_s(self) -> float | None:
        """Return for how many seconds the read replica has lacked what was published; None where there is none."""
        return None if self._watch is None else self._watch.behind_s

    def close(self) -> None:
        """Close the connections."""
        self.closing.set()
        if self._watch is not None:
            self._watch.close()
        self._probe.close()
        self.database.dispose()

    def _is_current(self, held: tuple[tuple[int, str], datetime, Bundle], seen: tuple[int, str]) -> bool:
        """Return whether what is held is as new as what was seen; a replica may be behind what was seen before."""
        if held[0] == seen:
            return True
        return self.database.has_replica and held[0][1] == seen[1] and held[0][0] > seen[0]

    def _is_due(self, held: tuple[tuple[int, str], datetime, Bundle]) -> bool:
        """Return whether something has taken effect by date since the catalogue was loaded."""
        change_at = held[2].catalogue.next_change_at
        if change_at is None and self._due_at is None:
            return False
        now = self._now()
        if self._due_at is not None and self._due_at <= now:
            return True
        return change_at is not None and held[1] < change_at <= now

    def _renewed(self, seen: tuple[int, str]) -> Bundle:
        held = self._held
        # only the very first load makes the others wait
        if not self._loading.acquire(blocking=held is None):
            assert held is not None
            return held[2]
        try:
            held = self._held
            if held is not None and self._is_current(held, seen) and not self._is_due(held):
                return held[2]
            return self._load(seen)
        except (MapappError, *self.database.driver_errors) as error:
            _log.error("catalogue not loaded", revision=seen[0], reason=str(error), keeps_old=held is not None)
            if held is None:
                # whatever is wrong with the stored facts, it is not the reader's question
                raise Refused("not_ready", reason=str(error)) from error
            return held[2]
        finally:
            self._loading.release()

    def _load(self, seen: tuple[int, str]) -> Bundle:
        now = self._now()
        self._due_at = self._upkeep(self.database, now)
        # it may have raised the revision
        seen = self._probe.read()
        with self.database.reading_published() as session:
            bundle = self._patched(session, seen[1], now)
            is_whole = bundle is None
            # a walking network is large and seldom another one
            known = None if self._held is None else self._held[2].catalogue.network
            catalogue = read_catalogue(session, now, known) if bundle is None else bundle.catalogue
        if bundle is None:
            bundle = bundle_of(catalogue, self.settings)
        held = self._held
        if held is not None and held[0][1] == seen[1] and held[0][0] > catalogue.revision:
            # something is due by date, and the replica that was read is behind: nothing goes back
            return held[2]
        # the number of what was read: another server may have been asked for it than for the revision
        self._held = ((catalogue.revision, seen[1]), now, bundle)
        facts = {"revision": catalogue.revision, "points": len(catalogue.points), "digest": catalogue.digest}
        _log.info("catalogue loaded", **facts, whole=is_whole)
        self.loaded(bundle)
        return bundle

    def _patched(self, session: Any, epoch: str, now: datetime) -> Bundle | None:
        """Return the bundle after the changes of a few points, None when everything must be read."""
        held = self._held
        # of another database nothing is known, whatever its numbers
        if held is None or held[0][1] != epoch:
            return None
        read = read_changes(session, held[2].catalogue, epoch, now)
        return None if read is None else renewed(held[2], *read)


@dataclass(frozen=True, kw_only=True)
class Services:
    """What one application has: reached through `current_app.extensions`, never through a module."""

    settings: Settings
    keeper: Keeper
    now: Callable[[], datetime]


def services() -> Services:
    """Return the services of the current application."""
    return cast(Services, current_app.extensions[EXTENSION])


def current_settings() -> Settings:
    """Return the settings of the current application."""
    return services().settings


def current_bundle() -> Bundle:
    """Return the bundle this request works with: asked for once, the same until the request ends."""
    if "bundle" not in g:
        g.bundle = services().keeper.bundle()
    bundle: Bundle = g.bundle
    return bundle


def current_now() -> datetime:
    """Return the moment of this request in Asia/Shanghai, whole seconds; the same until the request ends."""
    if "now" not in g:
        g.now = whole_seconds(services().now())
    moment: datetime = g.now
    return moment


def whole_seconds(moment: datetime) -> datetime:
    """Return the aware time in Asia/Shanghai without its fraction of a second."""
    return (moment if moment.tzinfo is ZONE else moment.astimezone(ZONE)).replace(microsecond=0)


def current_language() -> str:
    """Return "zh" or "en": `?lang=`, else the cookie, else what the browser prefers, else Chinese."""
    if "language" not in g:
        g.language = _language_of_request()
    language: str = g.language
    return language


def _language_of_request() -> str:
    asked = request.args.get("lang")
    return str(asked) if asked in LANGUAGES else preferred_language(request.environ)


def preferred_language(environ: Mapping[str, Any]) -> str:
    """Return "zh" or "en" as the reader's cookie says, else as the browser prefers, else Chinese."""
    if "HTTP_COOKIE" in environ:
        kept = parse_cookie(environ["HTTP_COOKIE"]).get(LANGUAGE_COOKIE)
        if kept in LANGUAGES:
            return str(kept)
    header = environ.get("HTTP_ACCEPT_LANGUAGE")
    return _preferred(header) if header else "zh"


@lru_cache(maxsize=256)
def _preferred(header: str) -> str:
    return parse_accept_header(header[:500], LanguageAccept).best_match(LANGUAGES, default="zh")
