"""Signing what is told, as Standard Webhooks asks: HMAC-SHA256 over id, moment and body.

Source: the specification of Standard Webhooks, <https://www.standardwebhooks.com>, sections "Signature scheme" and
"Webhook headers (sending metadata to consumers)".
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from vouchers.codes import CodeKey

SALT_BYTES: Final = 16
PREFIX: Final = "whsec_"

_INFO: Final = b"obole webhook secret, first form"


def derive_secret(key: CodeKey, salt: bytes) -> bytes:
    """The secret of an endpoint, 32 bytes: the same ones every time, from what the database never sees."""
    return hmac.digest(key.secret, _INFO + salt, "sha256")


def shown_secret(secret: bytes) -> str:
    """As a shop copies it into its software."""
    return PREFIX + b64encode(secret).decode("ascii")


def name_of(event: UUID) -> str:
    """The webhook-id: the same at every try and at every endpoint, so that a receiver can tell what it has seen."""
    return f"msg_{event.hex}"


def signed(event: UUID, body: str, *, secrets: Sequence[bytes], at: datetime) -> dict[str, str]:
    """The headers that prove a message. While a secret is being replaced, both sign."""
    name, moment = name_of(event), str(int(at.timestamp()))
    content = f"{name}.{moment}.{body}".encode()
    signatures = [b64encode(hmac.digest(secret, content, "sha256")).decode("ascii") for secret in secrets]
    return {
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }
