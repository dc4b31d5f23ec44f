"""How personal data are kept (加密): sealed with MultiFernet, found again by a keyed hash, keys in one place.

The keys come from MAPAPP_BOOKING_KEYS (the first seals, all open), else from a file in the data folder that is made
when it is first needed. The file is read again when it changed, so that running servers follow a rotation.
"""

import hashlib
import hmac
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from mapapp.errors import InvalidQuery, Refused
from mapapp.settings import Settings

KEY_FILE = "booking.keys"
# Bytes of a hash by which something is found again; as hex it is twice as long.
HASH_BYTES = 16
# The hash key is derived from the sealing key, so that there is one secret to look after.
_PURPOSE = b"mapapp booking look-up"


class Sealer:
    """Seals and opens texts, and hashes what must be found again. Safe for threads."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        if not keys:
            raise InvalidQuery("wrong_booking_keys", field="MAPAPP_BOOKING_KEYS")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            # the key itself is never repeated
            raise InvalidQuery("wrong_booking_keys", field="MAPAPP_BOOKING_KEYS") from None
        self.keys = keys
        self._hash_keys = tuple(hashlib.blake2b(key.encode(), key=_PURPOSE, digest_size=32).digest() for key in keys)

    def seal(self, facts: Mapping[str, str]) -> str:
        """Return these facts, unreadable without the key."""
        return self._fernet.encrypt(json.dumps(facts, ensure_ascii=False).encode()).decode()

    def open(self, sealed: str) -> dict[str, str]:
        """Return the facts; raise Refused `booking_key_missing` when none of the keys sealed them."""
        try:
            facts: dict[str, str] = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken:
            raise Refused("booking_key_missing") from None
        return facts

    def seal_again(self, sealed: str) -> str:
        """Return the same facts sealed with the first key; raise Refused `booking_key_missing`."""
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken:
            raise Refused("booking_key_missing") from None

    def hash(self, kind: str, text: str) -> str:
        """Return the name (hex) under which `text` of this kind is stored; without the key it says nothing."""
        return _hash(self._hash_keys[0], kind, text)

    def hashes(self, kind: str, text: str) -> tuple[str, ...]:
        """Return every name under which `text` may have been stored: one for each key, the current one first."""
        return tuple(_hash(key, kind, text) for key in self._hash_keys)

    def matches(self, kind: str, text: str, name: str) -> bool:
        """Return whether `name` is one of the names of `text`; how alike a wrong one is does not show."""
        return any(hmac.compare_digest(known, name) for known in self.hashes(kind, text))


def _hash(key: bytes, kind: str, text: str) -> str:
    return hashlib.blake2b(f"{kind}\x00{text}".encode(), key=key, digest_size=HASH_BYTES).hexdigest()


class Keys:
    """Where the sealer of one installation comes from. Safe for threads and for several processes."""

    def __init__(self, settings: Settings) -> None:
        self._given = tuple(key.strip() for key in settings.booking_keys.split(",") if key.strip())
        self.path = settings.data / KEY_FILE
        self._lock = threading.Lock()
        self._known: tuple[object, Sealer] | None = None

    @property
    def are_given(self) -> bool:
        """Return whether the operator gave the keys, so that the file is not used."""
        return bool(self._given)

    def sealer(self) -> Sealer:
        """Return the sealer of the current keys; makes the key file (readable by its owner alone) when there is none.

        Raises InvalidQuery `wrong_booking_keys`; Refused `booking_key_missing` when the file cannot be read or made.
        """
        try:
            stamp = self._stamp()
            known = self._known
            if known is not None and known[0] == stamp:
                return known[1]
            with self._lock:
                sealer = Sealer(self._given or self._read_or_make())
                self._known = (self._stamp(), sealer)
                return sealer
        except OSError as error:
            raise Refused("booking_key_missing", reason=type(error).__name__) from error

    def add_new(self) -> Sealer:
        """Put a new key before those in the file, and return the sealer that has them all.

        Raises InvalidQuery `booking_keys_are_given` when the operator gives the keys.
        """
        if self._given:
            raise InvalidQuery("booking_keys_are_given", field="MAPAPP_BOOKING_KEYS")
        self._write((Fernet.generate_key().decode(), *self._read_or_make()))
        return self.sealer()

    def keep_first(self) -> None:
        """Leave only the first key in the file; the others are no longer needed."""
        if not self._given:
            self._write(self._read_or_make()[:1])

    def _stamp(self) -> object:
        if self._given:
            return True
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino

    def _read_or_make(self) -> tuple[str, ...]:
        try:
            return tuple(self.path.read_text(encoding="ascii").split())
        except FileNotFoundError:
            pass
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(f"{KEY_FILE}.{os.getpid()}.new")
        _write_private(fresh, (Fernet.generate_key().decode(),))
        try:
            # a link never replaces what another process made meanwhile
            os.link(fresh, self.path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return tuple(self.path.read_text(encoding="ascii").split())

    def _write(self, keys: tuple[str, ...]) -> None:
        fresh = self.path.with_name(f"{KEY_FILE}.{os.getpid()}.new")
        _write_private(fresh, keys)
        fresh.replace(self.path)


def _write_private(path: Path, keys: tuple[str, ...]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("\n".join(keys) + "\n")
        file.flush()
        os.fsync(file.fileno())
