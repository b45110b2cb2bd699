"""Codes that prove themselves: derived from a voucher's id and a programme's key, never stored.

A voucher has two codes, neither of which reveals the other:

- the *token* in the QR link, 22 characters of base64url: 4 bits of key number, 80 of locator, 48 of MAC;
- the *typed* code under it, 15 symbols of Crockford's base 32 (4 bits of key number, 51 of locator, 20 of MAC)
  and a check symbol.

The MAC is verified without the database, so a forged code costs no query; the row is then found by a keyed hash
of the code, so the database holds no code in clear. Rotating the key leaves printed vouchers readable for as long
as the old `CodeKey` is given to `read`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from vouchers import check_symbol
from vouchers.errors import CodeNotRecognised

KEY_NUMBERS: Final = range(16)
SECRET_BYTES: Final = 32
LOOKUP_BYTES: Final = 16
SYMBOLS: Final = 16
"""Of a typed code, the check symbol included."""

LONGEST_PRESENTED: Final = 512  # a link with the trackers a messaging app may add; anything longer is no code

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_TOKEN_LOCATOR_BITS: Final = 80
_TOKEN_MAC_BITS: Final = 48
_TYPED_LOCATOR_BITS: Final = 51
_TYPED_MAC_BITS: Final = 20


@dataclass(frozen=True, slots=True)
class CodeKey:
    """One generation of a programme's code key: its number, 0 to 15, and its secret of 32 bytes."""

    number: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.number not in KEY_NUMBERS:
            raise ValueError("a code key's number is 0 to 15")
        if len(self.secret) != SECRET_BYTES:
            raise ValueError("a code key's secret is 32 bytes; derive_key makes one")


@dataclass(frozen=True, slots=True, repr=False)
class Code:
    """The two forms of one voucher's code. ``typed`` is ungrouped; `spell` groups it for reading."""

    token: str
    typed: str

    def __repr__(self) -> str:
        return "Code(hidden)"


@dataclass(frozen=True, slots=True)
class _Form:
    """How one form of code is laid out, and the labels that keep its hashes apart from the other's."""

    locator_bits: int
    mac_bits: int
    locating: bytes
    proving: bytes
    finding: bytes

    def make(self, key: CodeKey, voucher: bytes) -> int:
        """The code as one integer: key number, locator, MAC, from the highest bit down."""
        digest = hashlib.blake2b(voucher, key=key.secret, person=self.locating, digest_size=16).digest()
        located = int.from_bytes(digest, "big") & ((1 << self.locator_bits) - 1)
        head = (key.number << self.locator_bits) | located
        return (head << self.mac_bits) | self.mac(key, head)

    def mac(self, key: CodeKey, head: int) -> int:
        message = head.to_bytes(11, "big")
        digest = hashlib.blake2b(message, key=key.secret, person=self.proving, digest_size=8).digest()
        return int.from_bytes(digest, "big") & ((1 << self.mac_bits) - 1)

    def lookup(self, key: CodeKey, value: int) -> bytes:
        message = value.to_bytes(17, "big")
        return hashlib.blake2b(message, key=key.secret, person=self.finding, digest_size=LOOKUP_BYTES).digest()

    def verify(self, keys: Mapping[int, CodeKey], value: int) -> bytes | None:
        """The lookup hash of a genuine code, compared in constant time; None for any other."""
        head, presented = value >> self.mac_bits, value & ((1 << self.mac_bits) - 1)
        key = keys.get(head >> self.locator_bits)
        if key is None:
            return None
        expected = self.mac(key, head)
        if not hmac.compare_digest(expected.to_bytes(8, "big"), presented.to_bytes(8, "big")):
            return None
        return self.lookup(key, value)


_TOKEN_FORM: Final = _Form(
    _TOKEN_LOCATOR_BITS, _TOKEN_MAC_BITS, b"obole token at", b"obole token mac", b"obole token find"
)
_TYPED_FORM: Final = _Form(
    _TYPED_LOCATOR_BITS, _TYPED_MAC_BITS, b"obole typed at", b"obole typed mac", b"obole typed find"
)


def derive_key(master: bytes, programme: UUID, number: int, salt: bytes) -> CodeKey:
    """The programme's key of this generation, by HKDF-SHA256 (RFC 5869), so that one master serves every programme.

    :raises ValueError: a master under 16 bytes, or a number outside 0 to 15.
    """
    if len(master) < 16:  # noqa: PLR2004 - 128 bits, under which nothing derived is unguessable
        raise ValueError("the master secret is 16 bytes or more")
    if number not in KEY_NUMBERS:
        raise ValueError("a code key's number is 0 to 15")
    extracted = hmac.digest(salt or bytes(SECRET_BYTES), master, "sha256")
    info = b"obole voucher codes, first form" + programme.bytes + bytes([number])
    return CodeKey(number, hmac.digest(extracted, info + b"\x01", "sha256"))


def derive(key: CodeKey, voucher: UUID) -> Code:
    """The codes of a voucher: the same ones every time.

    Two vouchers of one key share a typed code once in 2**51 pairs (two chances in a million somewhere in 100,000): the
    unique index on the lookup hash tells, and the issuer then draws another voucher id.
    """
    token = _TOKEN_FORM.make(key, voucher.bytes)
    typed = _TYPED_FORM.make(key, voucher.bytes)
    # 22 characters hold exactly 132 bits; the two that pad to whole bytes are always "AA".
    return Code(urlsafe_b64encode(token.to_bytes(18, "big"))[2:].decode("ascii"), check_symbol.write(typed))


def lookups(code: Code, key: CodeKey) -> tuple[bytes, bytes]:
    """The two hashes, 16 bytes each, by which the voucher is found: its token's, then its typed code's."""
    typed = check_symbol.read(code.typed)
    if typed is None:
        raise ValueError("not a code that `derive` made")
    return _TOKEN_FORM.lookup(key, _token_value(code.token)), _TYPED_FORM.lookup(key, typed)


def read(presented: str, keys: Mapping[int, CodeKey]) -> bytes:
    """The lookup hash of what was scanned or typed: a link, a bare token or a typed code.

    ``keys`` are the programme's live generations by number. Takes any string at all.

    :raises CodeNotRecognised: anything but a genuine code under one of ``keys``.
    """
    found = None
    if len(presented) <= LONGEST_PRESENTED:
        token = _token_in(presented)
        # A typed code with six hyphens looks like a token: what fails as one is tried as the other.
        if token is not None:
            found = _TOKEN_FORM.verify(keys, _token_value(token))
        if found is None and (typed := check_symbol.read(presented)) is not None:
            found = _TYPED_FORM.verify(keys, typed)
    if found is None:
        raise CodeNotRecognised
    return found


def spell(typed: str) -> str:
    """A typed code as it is shown: ``7K3M-9QWX-2R8T-VB5H``."""
    plain = typed.replace("-", "")
    return "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def wrong_symbols(text: str) -> bool:
    """Whether a typed code is mistyped, as can be told on the spot: not 16 symbols, or they fail the check."""
    return len(text) > LONGEST_PRESENTED or check_symbol.read(text) is None


@dataclass(frozen=True, slots=True)
class Mistyped:
    """What is wrong with a typed code, as far as can be told without knowing any: what a cashier is pointed at.

    ``strange`` are characters that stand in no code, with their places from 1; ``symbols`` is how many there are of
    the sixteen. With neither amiss, the check fails: one symbol is another, or two are exchanged.
    """

    strange: tuple[tuple[int, str], ...]
    symbols: int


def mistyped(text: str) -> Mistyped | None:
    """What is wrong with a typed code; none if it could be one."""
    if not wrong_symbols(text):
        return None
    told = text[:LONGEST_PRESENTED]
    return Mistyped(tuple(check_symbol.strange(told)), len(check_symbol.symbols(told)))


def is_link(text: str) -> bool:
    """Whether this has the form of what a QR code of a voucher holds; it need not be genuine."""
    return "/v/" in text and len(text) <= LONGEST_PRESENTED and _token_in(text) is not None


def is_token(text: str) -> bool:
    """Whether this has the form of the token in such a link, alone."""
    return _TOKEN.fullmatch(text.strip()) is not None


def link(base_url: str, code: Code) -> str:
    """What the QR holds; with a host of 20 characters it is 53 long."""
    return f"{base_url}/v/{code.token}"


def _token_in(presented: str) -> str | None:
    text = presented.strip()
    if "/v/" in text:
        path = text.partition("#")[0].partition("?")[0]
        text = path.removesuffix("/").rpartition("/v/")[2]
    return text if _TOKEN.fullmatch(text) else None


def _token_value(token: str) -> int:
    return int.from_bytes(urlsafe_b64decode("AA" + token), "big")
