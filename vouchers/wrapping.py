"""Secrets wrapped under another one: only whoever has that other one opens what is written down.

A secret of 32 bytes is hidden under a pad that is used once, and a tag proves it (encrypt, then authenticate). The pad
and the tag's key are drawn by HKDF-SHA256 (RFC 5869) from the wrapping secret and 16 random bytes, which go along: they
make both new each time.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final

SECRET_BYTES: Final = 32
SALT_BYTES: Final = 16
TAG_BYTES: Final = 16
WRAPPED_BYTES: Final = SALT_BYTES + SECRET_BYTES + TAG_BYTES


def wrap(secret: bytes, *, under: bytes, context: bytes) -> bytes:
    """A secret of 32 bytes as 64 that may be written down.

    :param under: the secret that opens it, 16 bytes or more that nobody guesses
    :param context: what it is, which whoever opens it says too
    :raises ValueError: if the secret has another length
    """
    if len(secret) != SECRET_BYTES:
        raise ValueError("32 bytes are wrapped at a time")
    salt = secrets.token_bytes(SALT_BYTES)
    pad, proving = expand(under, salt, context)
    hidden = _joined(secret, pad)
    return salt + hidden + _tag(proving, hidden)


def unwrap(wrapped: bytes, *, under: bytes, context: bytes) -> bytes | None:
    """The secret; none if it was wrapped under another one, as something else, or was changed."""
    if len(wrapped) != WRAPPED_BYTES:
        return None
    salt, hidden, tag = wrapped[:SALT_BYTES], wrapped[SALT_BYTES:-TAG_BYTES], wrapped[-TAG_BYTES:]
    pad, proving = expand(under, salt, context)
    return _joined(hidden, pad) if hmac.compare_digest(tag, _tag(proving, hidden)) else None


def expand(under: bytes, salt: bytes, context: bytes) -> tuple[bytes, bytes]:
    """Two keys of 32 bytes, by HKDF-SHA256."""
    extracted = hmac.digest(salt, under, "sha256")
    first = hmac.digest(extracted, context + b"\x01", "sha256")
    return first, hmac.digest(extracted, first + context + b"\x02", "sha256")


def _joined(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _tag(proving: bytes, hidden: bytes) -> bytes:
    return hmac.digest(proving, hidden, "sha256")[:TAG_BYTES]
