"""PINs of cashiers: four to eight digits, kept as argon2id like passwords, tried a few times and then not for a while.

A PIN opens nothing by itself: it is typed at a device that is a till already. So it may be short.
"""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from api.auth import attempts, passwords
from ledger.database import Sessions
from ledger.errors import Refusal
from merchants.shops import cashiers

_PIN: Final = re.compile(r"[0-9]{4,8}")
_IN_A_ROW: Final = ("0123456789", "9876543210")


class PinMalformed(Refusal):
    """A PIN has 4 to 8 digits, neither all alike nor in a row."""

    def __init__(self) -> None:
        super().__init__("A PIN has 4 to 8 digits, neither all alike nor in a row.")


class PinWrong(Refusal):
    """Not this cashier's PIN."""

    def __init__(self) -> None:
        super().__init__("This is not the cashier's PIN.")


async def hashed(pin: str) -> str:
    """What is kept of a new PIN.

    :raises PinMalformed:
    """
    if _PIN.fullmatch(pin) is None or len(set(pin)) == 1 or any(pin in row for row in _IN_A_ROW):
        raise PinMalformed
    return await passwords.hashed(pin)


async def require(sessions: Sessions, cashier: UUID, pin: str, *, address: str) -> None:
    """Let only who knows this cashier's PIN go on, if it has one. No connection is held while it is checked.

    :raises TooManyAttempts, PinWrong:
    """
    async with sessions.begin() as session:
        kept = await cashiers.pin_hash_of(session, cashier)
    if kept is None:
        return
    counted = await attempts.attempt(sessions, "pin", email=str(cashier), address=address)
    if not await passwords.agrees(kept, pin):
        raise PinWrong
    await attempts.forgive(sessions, counted)
