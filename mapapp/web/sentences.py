"""What each failure is called (错误的说法): code to a title and a sentence, in the reader's language.

The sentences may use the failure's `field` and its `values`; `%(name)s` of a value that is missing becomes empty.
"""

from collections import defaultdict
from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from mapapp.errors import MapappError
from mapapp.web.booking_sentences import BOOKING_SENTENCES
from mapapp.web.staff_sentences import STAFF_SENTENCES

_UNREADABLE = (_("Wrong parameter"), _("The value of “%(field)s” cannot be read or is out of range."))

# code -> (title, sentence); every code of `mapapp.errors` raised for a request has its line here.
SENTENCES: Mapping[str, tuple[str, str]] = {
    "wrong_parameter": _UNREADABLE,
    "invalid_text": (
        _("Text cannot be read"),
        _("The text in “%(field)s” is not UTF-8, holds a control character or is longer than 200 characters."),
    ),
    "unknown_parameter": (_("Unknown parameter"), _("“%(field)s” is not a parameter here. Known are: %(known)s.")),
    "repeated_parameter": (_("Parameter given twice"), _("“%(field)s” may be given once only.")),
    "missing_parameter": (_("Parameter missing"), _("“%(field)s” is needed.")),
    "missing_time": (_("Parameter missing"), _("Choose a day or a time.")),
    "missing_place": (_("Where from?"), _("Say where you are: a place, or latitude and longitude.")),
    "unknown_place": (_("Place not found"), _("We do not know the place “%(value)s”.")),
    "outside_area": (
        _("Outside the service area"),
        _("This position lies about %(kilometres)s km outside the district; this service does not reach that far."),
    ),
    "one_of": (_("Too many at once"), _("Give only one of: %(names)s.")),
    "unknown_matter": (_("Unknown matter"), _("There is no matter with the code “%(value)s”.")),
    "unknown_point": (_("Unknown service point"), _("There is no service point with the id “%(value)s”.")),
    "unknown_package": (_("Unknown package"), _("There is no package with the code “%(value)s”.")),
    "missing_value": (_("Value missing"), _("“%(field)s” is needed in the body.")),
    "wrong_value": (_("Wrong value"), _("The value of “%(field)s” in the body cannot be.")),
    "unknown_value": (_("Unknown name"), _("“%(field)s” is not known here. Known are: %(known)s.")),
    "missing_idempotency_key": (
        _("Key missing"),
        _("A booking needs the header Idempotency-Key: any text of your own, a new one for each booking."),
    ),
    **BOOKING_SENTENCES,
    **STAFF_SENTENCES,
    "people_not_known": (
        _("People not known"),
        _("How many people live where has not been imported completely, so sites cannot be weighed by people."),
    ),
    "siting_busy": (
        _("Another question is being worked out"),
        _("Only one search for new sites runs at a time. Please try again in a few seconds."),
    ),
    "bad_json": (_("Not JSON"), _("The body cannot be read as JSON.")),
    "bad_request": (_("Bad request"), _("The request cannot be read.")),
    "forbidden": (_("Not allowed"), _("This is not open to you.")),
    "not_found": (_("Not found"), _("There is nothing at this address.")),
    "method_not_allowed": (_("Method not allowed"), _("This address does not take this method.")),
    "conflict": (_("Changed meanwhile"), _("Something changed meanwhile. Please look again.")),
    "body_too_large": (_("Too large"), _("The request is larger than this service takes.")),
    "unsupported_media_type": (_("Wrong kind of body"), _("The body must be application/json.")),
    "too_many_requests": (_("Too many requests"), _("Too many requests from your address. Please wait a moment.")),
    "server_error": (_("Something went wrong"), _("This is our fault. Please try again, or call the hotline.")),
    "not_ready": (_("Not ready"), _("The service is starting or its database is away. Please try again shortly.")),
}

CODE_OF_STATUS: Mapping[int, str] = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "wrong_value",
    429: "too_many_requests",
    500: "server_error",
    503: "not_ready",
}


def title_and_sentence(code: str, status: int, values: Mapping[str, object]) -> tuple[str, str]:
    """Return the title and the sentence of a failure; an unknown code speaks with the words of its status."""
    known = (
        SENTENCES.get(code) or SENTENCES[CODE_OF_STATUS.get(status, "bad_request" if status < 500 else "server_error")]
    )
    title, sentence = known
    return str(title), str(sentence) % defaultdict(str, values)


def sentence_of(error: MapappError, status: int) -> tuple[str, str]:
    """Return the title and the sentence of an error of the program."""
    return title_and_sentence(error.code, status, {"field": error.field or "", **error.values})
