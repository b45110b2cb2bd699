"""What only the passphrase opens: the code keys, and the seal by which whoever knows it tells that nothing was changed.

The key is argon2id of the passphrase (RFC 9106, the second recommended option: 64 MiB, three passes, four lanes). The
costs belong to the format and do not stand in the file, so that a forged file cannot ask for all the memory there is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import unicodedata
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

from argon2.low_level import Type, hash_secret_raw
from argon2.profiles import RFC_9106_LOW_MEMORY

from api.archive.errors import ArchiveDamaged, ArchiveUnreadable, PassphraseTooShort, PassphraseWrong
from api.archive.manifest import NAME as MANIFEST
from api.archive.manifest import WrappedKey
from vouchers.keys import Generation
from vouchers.wrapping import expand, unwrap, wrap

NAME: Final = "seal.json"
LONGEST: Final = 1024
LEAST: Final = 16
"""Characters of a passphrase: whoever has the file may try as many as they like."""

COSTS: Final = RFC_9106_LOW_MEMORY
SALT_BYTES: Final = 16
KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Seal:
    """What stands beside the manifest, in hexadecimal."""

    salt: str
    check: str
    """Tells a wrong passphrase from a manifest that was changed."""
    mac: str

    def written(self) -> bytes:
        """As it stands in the archive."""
        return json.dumps(asdict(self), indent=1).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Opener:
    """What was made of a passphrase and a salt."""

    salt: bytes
    key: bytes

    def __repr__(self) -> str:
        return "Opener(hidden)"

    def seal(self, manifest: bytes) -> Seal:
        """The seal of a manifest."""
        check, proving = expand(self.key, self.salt, b"obole archive seal")
        return Seal(self.salt.hex(), check.hex(), hmac.new(proving, manifest, hashlib.sha256).hexdigest())

    def wrapped(self, one: Generation, programme: UUID) -> WrappedKey:
        """A generation of the code key as it stands in the manifest."""
        closed = wrap(one.secret, under=self.key, context=_context(programme, one.number))
        return WrappedKey(number=one.number, made_at=one.made_at, wrapped=closed.hex())

    def unwrapped(self, one: WrappedKey, programme: UUID) -> Generation:
        """The generation.

        :raises ArchiveDamaged:
        """
        secret = unwrap(bytes.fromhex(one.wrapped), under=self.key, context=_context(programme, one.number))
        if secret is None:
            raise ArchiveDamaged(part=MANIFEST)
        return Generation(one.number, one.made_at, secret)


def new_opener(passphrase: str) -> Opener:
    """For an archive that is being made. Takes a while.

    :raises PassphraseTooShort:
    """
    if len(_plain(passphrase)) < LEAST:
        raise PassphraseTooShort(least=LEAST)
    return _opener(passphrase, secrets.token_bytes(SALT_BYTES))


def opener(passphrase: str, seal: bytes, manifest: bytes) -> Opener:
    """For an archive that was sealed with this passphrase. Takes a while.

    :raises ArchiveUnreadable: if what should be a seal is none
    :raises PassphraseWrong:
    :raises ArchiveDamaged: if the manifest is not the one that was sealed
    """
    told = _read(seal)
    found = _opener(passphrase, bytes.fromhex(told.salt))
    right = found.seal(manifest)
    if not hmac.compare_digest(right.check, told.check):
        raise PassphraseWrong
    if not hmac.compare_digest(right.mac, told.mac):
        raise ArchiveDamaged(part=MANIFEST)
    return found


def _opener(passphrase: str, salt: bytes) -> Opener:
    return Opener(
        salt,
        hash_secret_raw(
            _plain(passphrase).encode(errors="surrogatepass"), salt, COSTS.time_cost, COSTS.memory_cost,
            COSTS.parallelism, KEY_BYTES, Type.ID,
        ),
    )  # fmt: skip


def _plain(passphrase: str) -> str:
    """Composed, and without spaces around it, so that it is the same from every keyboard and file."""
    return unicodedata.normalize("NFC", passphrase).strip()


def _read(seal: bytes) -> Seal:
    try:
        told = json.loads(seal)
        found = Seal(**told)
        sizes = [len(bytes.fromhex(one)) for one in (found.salt, found.check, found.mac)]
    except (ValueError, TypeError, RecursionError):
        raise ArchiveUnreadable from None
    if sizes != [SALT_BYTES, KEY_BYTES, KEY_BYTES]:
        raise ArchiveUnreadable
    return found


def _context(programme: UUID, number: int) -> bytes:
    return b"obole archived code key" + programme.bytes + bytes([number])
