"""What a refusal of booking is called (预约的说法): code to a title and a sentence, in the reader's language."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

BOOKING_SENTENCES: Mapping[str, tuple[str, str]] = {
    "slot_full": (_("This time is full"), _("Somebody was quicker. Please choose another time.")),
    "too_late": (_("Too late"), _("This time can no longer be booked, moved or cancelled online. Please call.")),
    "not_bookable": (_("Cannot be booked"), _("This time or this matter cannot be booked online here.")),
    "cancelled": (_("Cancelled"), _("This booking was cancelled. Please book again.")),
    "limit_reached": (
        _("Limit reached"),
        _("One person may have two bookings at a time, and one for the same matter on a day. Cancel one first."),
    ),
    "booking_paused": (
        _("Online booking pauses"),
        _("Several booked visits were missed, so this number can book online again on %(until)s. The desk serves you."),
    ),
    "idempotency_mismatch": (_("Key used before"), _("This Idempotency-Key was used for another request.")),
    "unknown_booking": (
        _("Booking not found"),
        _("There is no booking with this code. Please check every sign of it."),
    ),
    "unknown_hold": (_("Nothing held"), _("No time is held for you.")),
    "wrong_name": (_("Name?"), _("Please give a name of letters, 50 at most.")),
    "wrong_phone": (_("Mobile number?"), _("Please give a mobile number of eleven digits, such as 138 1234 5678.")),
    "wrong_id_last4": (
        _("Last four of the ID?"),
        _("Please give the last four digits or letters of the identity document."),
    ),
    "wrong_number": (_("Wrong number"), _("This is not the number that was sent. After five tries please book again.")),
    "too_many_days": (_("Too many days"), _("At most %(most)s days can be asked for at once.")),
    "too_many_matters": (_("Too many matters"), _("One visit has at most %(most)s matters.")),
    "no_waiting_list": (_("No waiting list"), _("Only a full day has a waiting list.")),
    "offer_over": (_("The offer is over"), _("This time was offered for half an hour and has gone to the next.")),
    "old_form": (
        _("Please press again"),
        _("The page was open too long. Nothing is lost: please press the button again."),
    ),
    "cross_site": (_("Not from this page"), _("This form was sent by another site. Please open the page here.")),
    "not_today": (_("Not today"), _("This visit is booked for %(day)s.")),
    "too_early": (_("Too early"), _("A visit counts as missed only after its arrival window.")),
    "came": (_("Was here"), _("This person checked in.")),
    "wrong_capacity": (_("Wrong number of seats"), _("A slot has 0 to 1000 seats.")),
    "invalid_booking_rule": (_("Wrong rule"), _("The rule “%(field)s” of booking makes no sense.")),
    "booking_key_missing": (_("Not ready"), _("This booking cannot be read at the moment. Please call.")),
}
