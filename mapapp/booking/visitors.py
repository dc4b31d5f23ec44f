"""Who comes (预约人): name, mobile number and the last four signs of an identity document, checked and nothing more."""

import re
import unicodedata
from dataclasses import dataclass

from mapapp.errors import InvalidQuery

MAX_NAME = 50
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})", re.ASCII)
_LAST4 = re.compile(r"[0-9A-Z]{4}", re.ASCII)
_BETWEEN = str.maketrans("", "", " -()\u2010\u2011\u2012\u2013\u2014")
# Beside letters, marks, digits and spaces: what stands in names of people and companies.
_IN_NAMES = frozenset("·•‧・.,'’-‐&()（）〇/")
_SOME_LETTER = ("L", "Nl")


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """A person as one booking knows them. `phone` is a mobile number of eleven digits, `id_last4` in capitals."""

    name: str
    phone: str
    id_last4: str

    def __repr__(self) -> str:
        # whatever is printed by accident, nobody is in it
        return "Visitor(…)"

    @classmethod
    def read(cls, name: str, phone: str, id_last4: str) -> "Visitor":
        """Return the visitor that was typed.

        Raises InvalidQuery `wrong_name`, `wrong_phone` or `wrong_id_last4`; none of them repeats what was typed.
        """
        return cls(name=read_name(name), phone=read_phone(phone), id_last4=read_last4(id_last4))


def read_name(text: str) -> str:
    """Return the name in normal form with single spaces; rare characters beyond 16 bits are letters like others."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    kinds = [unicodedata.category(sign) for sign in name]
    known = all(
        kind[0] in "LM" or kind in ("Nd", "Nl") or sign == " " or sign in _IN_NAMES
        for sign, kind in zip(name, kinds, strict=True)
    )
    if not 1 <= len(name) <= MAX_NAME or not known or not any(kind.startswith(_SOME_LETTER) for kind in kinds):
        raise InvalidQuery("wrong_name", field="name")
    return name


def read_phone(text: str) -> str:
    """Return the eleven digits of a mobile number of the mainland, whatever its spaces, its width and its prefix."""
    match = _MOBILE.fullmatch(unicodedata.normalize("NFKC", text).translate(_BETWEEN))
    if match is None:
        raise InvalidQuery("wrong_phone", field="phone")
    return match[1]


def read_last4(text: str) -> str:
    """Return the last four signs of an identity document, in capitals."""
    last4 = unicodedata.normalize("NFKC", text).strip().upper()
    if _LAST4.fullmatch(last4) is None:
        raise InvalidQuery("wrong_id_last4", field="id_last4")
    return last4


def masked_name(name: str) -> str:
    """Return the name for lists: the first sign, then stars."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 3)


def masked_phone(phone: str) -> str:
    """Return the number for lists: 138****5678."""
    return f"{phone[:3]}****{phone[-4:]}"
