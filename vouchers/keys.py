"""The programme's code keys: made, rotated, and derived anew from the master secret each time they are needed.

The database keeps a salt and a check for each generation; the secret itself needs the master secret, which the
database never sees. Whoever holds only a copy of the database can neither read nor forge a code.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from vouchers.codes import CodeKey, derive_key
from vouchers.errors import CodeKeysUsedUp, NoUsableCodeKey
from vouchers.tables import CodeKey as Row

GENERATIONS: Final = 16
SALT_BYTES: Final = 16
CHECK_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys by which codes are read, and the one by which new ones are made."""

    programme: UUID
    keys: Mapping[int, CodeKey]
    newest: int

    @property
    def current(self) -> CodeKey:
        """The key of new codes."""
        return self.keys[self.newest]


async def rotate(session: AsyncSession, *, programme: UUID, masters: Sequence[bytes], at: datetime) -> KeyRing:
    """Begin a new generation of code keys; printed vouchers live on under theirs.

    :param masters: master secrets, the newest first
    :raises CodeKeysUsedUp: after sixteen
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": str(programme)})
    newest = (await session.execute(select(func.max(Row.number)))).scalar_one()
    number = 0 if newest is None else newest + 1
    if number >= GENERATIONS:
        raise CodeKeysUsedUp
    salt = secrets.token_bytes(SALT_BYTES)
    await session.execute(
        insert(Row).values(number=number, salt=salt, master_check=_check(masters[0], salt), made_at=at)
    )
    return await key_ring(session, programme=programme, masters=masters)


async def key_ring(session: AsyncSession, *, programme: UUID, masters: Sequence[bytes]) -> KeyRing:
    """The programme's code keys.

    :raises NoUsableCodeKey: if no master secret made the newest
    """
    rows = (await session.execute(select(Row).order_by(Row.number))).scalars().all()
    keys = {}
    for row in rows:
        master = next((one for one in masters if _check(one, row.salt) == row.master_check), None)
        if master is not None:
            keys[row.number] = derive_key(master, programme, row.number, row.salt)
    if not rows or rows[-1].number not in keys:
        raise NoUsableCodeKey
    return KeyRing(programme, keys, rows[-1].number)


def _check(master: bytes, salt: bytes) -> bytes:
    """Tells which master secret a key needs; too short to help to guess it, and the secret is no word."""
    return hashlib.blake2b(
        salt, key=hashlib.sha256(master).digest(), person=b"obole-check", digest_size=CHECK_BYTES
    ).digest()
