"""What becomes of a code that was presented at a till: a ticket, good for one redemption by this device.

Between the page that reads the code and the page that takes the amount, something must say which voucher it is: a
code in an address would stay in the history of the device, and a voucher's id would let a till spend what nobody
presents. A ticket is the code's lookup hash, the moment and a few random bytes, signed for one device with the
installation's secret. It is also the idempotency key: however often its form is sent, the money moves once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from ledger.errors import Refusal

LASTS: Final = timedelta(minutes=30)
"""From showing the voucher to paying with it. What a ticket did before stays known for ever."""

_PURPOSE: Final = b"obole: a code presented at a till, first form"
_CODE: Final = 16
_MOMENT: Final = 5
_RANDOM: Final = 6
_MAC: Final = 12
TICKET_FORM: Final = re.compile(r"[A-Za-z0-9_-]{52}")


class TicketUnknown(Refusal):
    """No ticket of this device: cut short, or made for another."""

    def __init__(self) -> None:
        super().__init__("The voucher has to be presented again.")


class TicketAbandoned(Refusal):
    """The cashier gave this ticket up before its answer came: whatever still arrives under it moves nothing."""

    def __init__(self) -> None:
        super().__init__("This was given up; nothing was taken.")


@dataclass(frozen=True, slots=True)
class Presented:
    """A code that was presented: its lookup hash, and whether it was just now."""

    ticket: str
    code: UUID
    fresh: bool

    def key(self, attempt: int) -> str:
        """The idempotency key of the attempt of this number: a next one is made only once the last was refused."""
        return f"till:{self.ticket}:{attempt}"


def make(masters: Sequence[bytes], device: UUID, code: UUID, *, at: datetime) -> str:
    """A ticket for a code that was read."""
    moment = int(at.timestamp()).to_bytes(_MOMENT, "big")
    body = code.bytes + moment + secrets.token_bytes(_RANDOM)
    return urlsafe_b64encode(body + _mac(masters[0], device, body)).decode("ascii")


def read(masters: Sequence[bytes], device: UUID, ticket: str, *, at: datetime) -> Presented:
    """What a ticket of this device stands for.

    :raises TicketUnknown:
    """
    if TICKET_FORM.fullmatch(ticket) is None:
        raise TicketUnknown
    whole = urlsafe_b64decode(ticket)
    body, mac = whole[:-_MAC], whole[-_MAC:]
    if not any(hmac.compare_digest(mac, _mac(master, device, body)) for master in masters):
        raise TicketUnknown
    made = datetime.fromtimestamp(int.from_bytes(body[_CODE : _CODE + _MOMENT], "big"), UTC)
    return Presented(ticket, UUID(bytes=body[:_CODE]), at - made < LASTS)


def _mac(master: bytes, device: UUID, body: bytes) -> bytes:
    key = hmac.digest(master, _PURPOSE, "sha256")
    return hashlib.blake2b(device.bytes + body, key=key, digest_size=_MAC).digest()
