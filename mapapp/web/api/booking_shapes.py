"""What requests and answers about bookings look like (结构), for the OpenAPI document and for the tests."""

from typing import Annotated, Literal

from pydantic import Field

from mapapp.web.api.shapes import Moment, Shape

Text = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(pattern=r"^[2-9A-Z]{3}(-[2-9A-Z]{3}){5}$")]
State = Literal["booked", "cancelled", "arrived", "done", "no_show"]


class SlotShape(Shape):
    """A time at which a visit can begin."""

    start: Moment
    end: Moment
    capacity: int
    free: int


class SlotsShape(Shape):
    """The times of a point that can be booked now, full ones too, in order."""

    slots: list[SlotShape]


class BookingBody(Shape):
    """What is asked for. `more_matters` are done in the same visit, `hold` is the token of a hold."""

    point: Text
    matter: Text
    start: Text
    name: Text
    phone: Text
    id_last4: Text
    more_matters: list[Text] = Field(default_factory=list)
    hold: Text = ""


class MoveBody(Shape):
    """The new time of a booking."""

    start: Text


class HoldBody(Shape):
    """The time to be kept."""

    point: Text
    matter: Text
    start: Text
    more_matters: list[Text] = Field(default_factory=list)


class BookingLinksShape(Shape):
    """Where a booking is shown, as a calendar file and as a QR code."""

    self: str
    page: str
    ics: str
    qr: str


class BookingShape(Shape):
    """A booking. Name, phone and identity document are never repeated."""

    code: Code
    point: str
    matter: str
    matters: list[str]
    start: Moment
    end: Moment
    state: State
    links: BookingLinksShape


class HoldShape(Shape):
    """A time that is kept for whoever has the token, until `until`."""

    token: str
    point: str
    start: Moment
    end: Moment
    until: Moment
