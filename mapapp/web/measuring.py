"""Coverage and siting as requests ask for them (覆盖与选址): measured once per revision, one search at a time."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Generic, TypeVar

import structlog

from mapapp.coverage.analysis import Coverage, Measured, Method
from mapapp.coverage.desk import Past, past, past_of, quarters, record, taken
from mapapp.coverage.ground import ground_of
from mapapp.coverage.outlines import uncovered_outline
from mapapp.coverage.questions import Mode, Question, goal_within
from mapapp.coverage.ranking import ClosureHarm, MatterShare, closure_harms, matter_shares
from mapapp.coverage.siting import Siting, SitingQuestion, best_sites
from mapapp.coverage.week import WeekShare, week_share
from mapapp.database import Database
from mapapp.errors import Refused
from mapapp.settings import Settings
from mapapp.web.context import Bundle
from mapapp.web.coverage_trips import trip_lengths
from mapapp.web.parse import Values, moment_of
from mapapp.web.rates import count_search_for_sites
from mapapp.web.turns import one_search

# The name of the thread that writes down what a revision covers, so that whoever stops can wait for it.
RECORDING = "mapapp coverage record"
T = TypeVar("T")
_log = structlog.get_logger("mapapp.web")

# Of the 10 s that an answer may take; the rest is for what comes before and after the search.
SOLVING_S = 8.0
_KEPT_ANSWERS, _KEPT_OUTLINES = 256, 32
# How much longer a turn lasts than a search may: building the sets, and clocks that differ.
_SPARE_S = 12.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What is covered, how that was found, and when; `week` only for a question about no moment in particular."""

    measured: Measured
    method: Method
    week: WeekShare | None
    as_of: datetime


class Kept(Generic[T]):
    """The newest answers by question; safe for threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> T | None:
        """Return what was kept for the key."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, value: T) -> T:
        """Keep the value; the one asked for longest ago goes."""
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value


class Measuring:
    """Answers about one bundle; get it with `measuring_of`."""

    def __init__(self, bundle: Bundle, settings: Settings) -> None:
        reach = bundle.finder.reach
        self.coverage = Coverage(bundle.catalogue, ground_of(reach), trip_lengths(bundle.catalogue, reach, settings))
        self._answers: Kept[Answer] = Kept(_KEPT_ANSWERS)
        self._outlines: Kept[dict[str, Any]] = Kept(_KEPT_OUTLINES)
        self._sitings: Kept[Siting] = Kept(_KEPT_ANSWERS)
        self._rankings: Kept[Any] = Kept(_KEPT_OUTLINES)
        self.goal_m = goal_within(settings.goal_m)
        self._trend: tuple[Past, ...] | None = None
        self._trend_lock, self._today_lock = threading.Lock(), threading.Lock()
        self._today: Past | None = None
        self._recording: threading.Thread | None = None

    def answer(self, question: Question, now: datetime) -> Answer:
        """Return what is covered; `now` is when, if it has not been measured before. Raises NotFound."""
        known = self._answers.get(question)
        if known is not None:
            return known
        measured = self.coverage.measure(question)
        has_week = question.at is None and question.mode is Mode.ONE_POINT
        answer = Answer(
            measured=measured,
            method=self.coverage.method(measured),
            week=week_share(self.coverage, question, now.date()) if has_week else None,
            as_of=now,
        )
        return self._answers.put(question, answer)

    def uncovered(self, answer: Answer) -> dict[str, Any]:
        """Return the land that is not covered, a GeoJSON MultiPolygon."""
        question, ground = answer.measured.question, self.coverage.ground
        known = self._outlines.get(question)
        if known is None:
            district = self.coverage.catalogue.district
            known = self._outlines.put(question, uncovered_outline(ground.grid, answer.measured.cells, district))
        return known

    def siting(self, asked: SitingQuestion, database: Database, now: datetime) -> Siting:
        """Return the best sites. Raises Refused `siting_busy` while another search runs anywhere, and NotFound.

        A search that is not known yet counts for the address that asks: TooManyRequests (429) after too many.
        """
        known = self._sitings.get(asked)
        if known is not None:
            return known
        count_search_for_sites()
        with one_search(database, now, SOLVING_S + _SPARE_S):
            return self._sitings.put(asked, best_sites(self.coverage, asked, SOLVING_S, monotonic))

    def trend(self, database: Database, now: datetime) -> tuple[Past, ...]:
        """Return what was covered in revisions up to this one within the goal, the newest first.

        The first question in a revision has it written down, off the request; until that is done this revision is
        missing. Without a database to write to there is only no trend.
        """
        with self._trend_lock:
            if self._trend is None or not any(each.revision == self.revision for each in self._trend):
                self._trend = self._read(database, lambda session: past(session, self.goal_m, self.revision)) or ()
                if not any(each.revision == self.revision for each in self._trend):
                    self._begin_record(database, now)
            return self._trend

    def quarters(self, database: Database) -> tuple[Past, ...]:
        """Return what was covered within the goal when it was last measured in each quarter, the newest first."""
        return self._read(database, lambda session: quarters(session, self.goal_m, self.revision)) or ()

    def written_down(self, revision: int, database: Database) -> Past | None:
        """Return what was covered within the goal in that revision, None when it was not measured."""
        return self._read(database, lambda session: past_of(session, revision, self.goal_m))

    def today(self, now: datetime, rest: Callable[[], object] | None = None) -> Past:
        """Return what is covered within the goal in this revision, measured once: a second or two.

        `rest` is called between two questions, so that others who wait for this process come first.
        """
        with self._today_lock:
            if self._today is None:
                self._today = taken(self.coverage, self.goal_m, now, rest)
            return self._today

    def record(self, database: Database, now: datetime, rest: Callable[[], object] | None = None) -> bool:
        """Write down what is covered in this revision, unless it is written down; return whether it is now."""
        try:
            with database.reading() as session:
                if past_of(session, self.revision, self.goal_m) is not None:
                    return True
            today = self.today(now, rest)
            with database.transaction() as session:
                record(session, today, self.goal_m)
        except (Refused, *database.driver_errors) as error:
            _log.warning("coverage not written down", reason=str(error))
            return False
        return True

    def wait(self) -> None:
        """Wait until what was begun off a request is done."""
        if self._recording is not None:
            self._recording.join()

    def _begin_record(self, database: Database, now: datetime) -> None:
        if self._recording is None:
            self._recording = threading.Thread(target=self.record, args=(database, now), daemon=True, name=RECORDING)
            self._recording.start()

    @property
    def revision(self) -> int:
        """Return the revision that is measured."""
        return self.coverage.catalogue.revision

    def _read(self, database: Database, read: Callable[[Any], T]) -> T | None:
        try:
            with database.reading() as session:
                return read(session)
        except (Refused, *database.driver_errors) as error:
            _log.warning("coverage not read", reason=str(error))
            return None

    def worst_matters(self, within_m: int) -> tuple[MatterShare, ...]:
        """Return every matter, the worst covered first."""
        return self._ranked(("matters", within_m), lambda: matter_shares(self.coverage, within_m))

    def harms(self, within_m: int) -> tuple[ClosureHarm, ...]:
        """Return every point, the one whose closure would hurt most first."""
        return self._ranked(("harms", within_m), lambda: closure_harms(self.coverage, within_m))

    def _ranked(self, key: Hashable, rank: Callable[[], T]) -> T:
        known: T | None = self._rankings.get(key)
        return self._rankings.put(key, rank()) if known is None else known


def measuring_of(bundle: Bundle, settings: Settings) -> Measuring:
    """Return what measures this bundle, built at its first question."""
    return bundle.once("measuring", lambda: Measuring(bundle, settings))


def prepare_later(bundle: Bundle, settings: Settings) -> threading.Thread:
    """Begin in a thread what the first question would wait for; one thread a revision."""

    def begin() -> threading.Thread:
        measuring = measuring_of(bundle, settings)
        thread = threading.Thread(target=measuring.coverage.ground.prepare, daemon=True)
        thread.start()
        return thread

    return bundle.once("measuring prepared", begin)


def question_of(values: Values, bundle: Bundle, settings: Settings) -> Question:
    """Return the question that the read arguments ask.

    Raises InvalidQuery `one_of`, `wrong_parameter`, NotFound `unknown_matter`, `unknown_package`.
    """
    question = Question(
        within_m=values.get("within", goal_within(settings.goal_m)),
        matter=values.get("matter"),
        package=values.get("package"),
        kind=values.get("kind"),
        mode=values.get("mode", Mode.ONE_POINT) if "package" in values else Mode.ONE_POINT,
        at=moment_of(values, bundle, values["at"]) if "at" in values else None,
    )
    if question.matter is not None:
        bundle.catalogue.matter(question.matter)
    if question.package is not None:
        bundle.catalogue.package(question.package)
    return question


def siting_question_of(values: Values, bundle: Bundle, settings: Settings) -> SitingQuestion:
    """Return the question for new sites that the read arguments ask; raises as `question_of`."""
    return SitingQuestion(
        question=question_of(values, bundle, settings),
        new=values.get("new", 3),
        kind=values.get("candidates"),
        target=values.get("target"),
        by=values.get("weigh"),
    )
