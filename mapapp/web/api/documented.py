"""How a route says what it takes and what it answers: read by the OpenAPI document, so that the two cannot differ."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from mapapp.web.parameters import Parameters

View = TypeVar("View", bound=Callable[..., Any])
_ATTRIBUTE = "mapapp_documented"


@dataclass(frozen=True, kw_only=True, slots=True)
class Documented:
    """What a route answers in one sentence, what it takes in its query and body, and the shape of its success."""

    says: Any
    parameters: Parameters
    answer: type[BaseModel] | None
    mimetype: str
    statuses: tuple[int, ...]
    body: type[BaseModel] | None = None
    status: int = 200


def documented(
    says: Any,
    parameters: Parameters,
    answer: type[BaseModel] | None = None,
    *,
    mimetype: str = "application/json",
    statuses: tuple[int, ...] = (),
    body: type[BaseModel] | None = None,
    status: int = 200,
) -> Callable[[View], View]:
    """Remember what the route says about itself; `statuses` are further ones than its success and the usual failures.

    `says` is translated when it is shown.
    """

    def remember(view: View) -> View:
        setattr(
            view,
            _ATTRIBUTE,
            Documented(
                says=says,
                parameters=parameters,
                answer=answer,
                mimetype=mimetype,
                statuses=statuses,
                body=body,
                status=status,
            ),
        )
        return view

    return remember


def documentation_of(view: Any) -> Documented | None:
    """Return what the route said about itself, None when it is not part of the interface."""
    said = getattr(view, _ATTRIBUTE, None)
    return said if isinstance(said, Documented) else None
