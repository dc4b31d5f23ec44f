"""What a booking code (预约码) looks like: 88 random bits, in groups of three, read back in any spelling.

The alphabet has no sign that looks like another one in print or sounds like a digit that is missing: no 0 and O,
no 1, I and L, no U beside V. Random bytes are an argument: whoever calls draws them from the system's generator.
"""

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 18
GROUP = 3
# More than the 88 bits of a code, so that the remainder of the division favours no code by more than 2 ** -40.
RANDOM_BYTES = 17
# Nobody gets this one: looked up in place of a text that cannot be a code, so that both take the same time.
NO_CODE = "2" * LENGTH

_KNOWN = frozenset(ALPHABET)
_DROPPED = str.maketrans("", "", "- \u2010\u2011\u2012\u2013\u2014\uff0d\u3000")


def code_of(random: bytes) -> str:
    """Return the code, without its groups, that these random bytes (at least RANDOM_BYTES) make."""
    assert len(random) >= RANDOM_BYTES
    number = int.from_bytes(random, "big")
    signs = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[place])
    return "".join(signs)


def grouped(code: str) -> str:
    """Return the code as it is shown: K7M-2QX-9FT-R4B-HJC-8WZ."""
    return "-".join(code[place : place + GROUP] for place in range(0, len(code), GROUP))


def read_code(text: str) -> str | None:
    """Return the code that somebody typed, in any case and with or without its groups; None when it cannot be one."""
    if len(text) > 4 * LENGTH:
        return None
    code = text.translate(_DROPPED).upper()
    return code if len(code) == LENGTH and _KNOWN.issuperset(code) else None


def number_of(random: bytes) -> str:
    """Return a number of six digits, to be typed from a message, made of these random bytes (at least 8)."""
    assert len(random) >= 8
    return f"{int.from_bytes(random, 'big') % 1_000_000:06d}"
