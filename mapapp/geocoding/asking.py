"""How the online geocoders are asked (询问): kept answers first, at the allowed rate, each answer kept at once."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from geopy.extra.rate_limiter import RateLimiter

from mapapp.database import Database
from mapapp.geocoding.desk import keep_reply, kept_reply
from mapapp.geocoding.providers import GIVE_UP_CODES, NO_KEY, Provider, Reply

# After so many time-outs in a row the provider is left alone for the rest of the run.
_PATIENCE = 3
_SLOW_CODES = frozenset({"timeout", "unavailable"})


class _Paced(RateLimiter):  # type: ignore[misc]  # geopy has no types
    """geopy's limiter, with the pause handed in; without retries: the next run asks again."""

    def __init__(self, ask: Callable[..., Any], *, rate_per_s: float, pause: Callable[[float], None] | None) -> None:
        delay_s = 1.0 / rate_per_s if rate_per_s > 0 else 0.0
        super().__init__(
            ask, min_delay_seconds=delay_s, max_retries=0, error_wait_seconds=delay_s, swallow_exceptions=False
        )
        self._pause = pause

    def _sleep(self, seconds: float) -> None:
        if self._pause is None:
            super()._sleep(seconds)
        else:
            self._pause(seconds)


class Asking:
    """One run over the online geocoders `names`, of which `providers` are configured. `asked` counts requests.

    `keeps` False writes nothing (a dry run); `afresh` True does not look at kept answers.
    """

    def __init__(
        self,
        database: Database,
        names: Iterable[str],
        providers: Iterable[Provider],
        *,
        rate_per_s: float,
        now: datetime,
        keeps: bool = True,
        afresh: bool = False,
        pause: Callable[[float], None] | None = None,
    ) -> None:
        self._database = database
        self._now = now
        self._keeps = keeps
        self._afresh = afresh
        self._names = tuple(names)
        self._providers = {
            provider.name: replace(provider, geocode=_Paced(provider.geocode, rate_per_s=rate_per_s, pause=pause))
            for provider in providers
        }
        self._given_up: dict[str, str] = {}
        self._slow: dict[str, int] = {}
        self.asked = 0

    def replies(self, query: str) -> tuple[Reply, ...]:
        """Return the reply of every provider to this text, in their order."""
        return tuple(self._reply(name, query) for name in self._names)

    @property
    def not_configured(self) -> tuple[str, ...]:
        """The wanted providers that have no key or address."""
        return tuple(name for name in self._names if name not in self._providers)

    def _reply(self, name: str, query: str) -> Reply:
        provider = self._providers.get(name)
        if provider is None:
            return Reply(provider=name, code=NO_KEY)
        if not self._afresh:
            with self._database.reading() as session:
                kept = kept_reply(session, provider.name, query)
            if kept is not None:
                return kept
        if provider.name in self._given_up:
            return Reply(provider=provider.name, code=self._given_up[provider.name], asked_at=self._now)
        self.asked += 1
        reply = replace(provider.ask(query), asked_at=self._now)
        self._notice(reply)
        if self._keeps:
            # one transaction an answer: an interrupted run goes on where it stopped
            with self._database.transaction() as session:
                keep_reply(session, reply, query, self._now)
        return reply

    def _notice(self, reply: Reply) -> None:
        slow = self._slow[reply.provider] = self._slow.get(reply.provider, 0) + 1 if reply.code in _SLOW_CODES else 0
        if reply.code in GIVE_UP_CODES or slow >= _PATIENCE:
            self._given_up[reply.provider] = reply.code
