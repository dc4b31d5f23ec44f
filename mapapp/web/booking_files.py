"""What one takes home from a booking (日历, 二维码): a calendar file with an alarm, and a QR code of its page."""

from datetime import datetime, timedelta
from hashlib import blake2b
from io import BytesIO

import segno
from flask import request

from mapapp.booking.codes import grouped
from mapapp.booking.visits import Booking, BookingState
from mapapp.web.context import current_bundle, current_settings
from mapapp.web.spoken import gettext

_ALARMS = (timedelta(days=1), timedelta(hours=2))


def page_address(code: str) -> str:
    """Return the full address of a booking's page, under the public address, else under that of the request."""
    base = current_settings().public_url or request.url_root
    return f"{base.rstrip('/')}/booking/{grouped(code)}"


def qr_svg(code: str) -> bytes:
    """Return the QR code of a booking's page as SVG, without any style that the policy would refuse."""
    out = BytesIO()
    segno.make(page_address(code), error="m", micro=False).save(
        out, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False, omitsize=False
    )
    return out.getvalue()


def calendar_file(booking: Booking, code: str, language: str, now: datetime) -> bytes:
    """Return the visit as iCalendar (RFC 5545) with its time zone and two alarms; a cancelled one says so.

    Nobody's name is in it, and the id of the event is derived from the code one way.
    """
    # 30 ms that no other request should wait for
    from icalendar import Alarm, Calendar, Event

    catalogue = current_bundle().catalogue
    point = catalogue.points.get(booking.point_id)
    matters = [catalogue.matters[matter].name(language) for matter in booking.matters if matter in catalogue.matters]
    event = Event()
    event.add("uid", f"{blake2b(code.encode(), digest_size=12).hexdigest()}@mapapp")
    event.add("dtstamp", now)
    event.add("dtstart", booking.start)
    event.add("dtend", booking.end)
    event.add("summary", "、".join(matters) or gettext("Booking"))
    event.add("status", "CANCELLED" if booking.state is BookingState.CANCELLED else "CONFIRMED")
    event.add("description", gettext("Booking code: %(code)s", code=grouped(code)))
    event.add("url", page_address(code))
    if point is not None:
        event.add("location", f"{point.name(language)}, {point.address}")
        event.add("geo", (point.place.coordinate.lat, point.place.coordinate.lon))
    for before in _ALARMS if booking.state is BookingState.BOOKED else ():
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", "、".join(matters) or gettext("Booking"))
        alarm.add("trigger", -before)
        event.add_component(alarm)
    calendar = Calendar.new(prodid="-//mapapp//booking//EN", subcomponents=[event])
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
