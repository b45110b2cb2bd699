"""The programme's code keys: made, rotated, and derived anew from the master secret each time they are needed.

The database keeps a salt and a check for each generation; the secret itself needs the master secret, which the
database never sees. Whoever holds only a copy of the database can neither read nor forge a code. A generation that came
from another installation was derived from that one's master secret: it is kept wrapped under ours, and opened with it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from vouchers.codes import CodeKey, derive_key
from vouchers.errors import CodeKeysUsedUp, NoUsableCodeKey
from vouchers.tables import CodeKey as Row
from vouchers.wrapping import unwrap, wrap

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


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation of the code key as it moves to another installation."""

    number: int
    made_at: datetime
    secret: bytes = field(repr=False)


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
        key = None if master is None else _opened(row, programme, master)
        if key is not None:
            keys[row.number] = key
    if not rows or rows[-1].number not in keys:
        raise NoUsableCodeKey
    return KeyRing(programme, keys, rows[-1].number)


async def generations(session: AsyncSession, *, programme: UUID, masters: Sequence[bytes]) -> list[Generation]:
    """Every generation that still works, to be carried to another installation.

    One whose master secret was retired stays behind: its codes are dead here, and shall be there.

    :raises NoUsableCodeKey: if no master secret made the newest
    """
    ring = await key_ring(session, programme=programme, masters=masters)
    rows = (await session.execute(select(Row.number, Row.made_at).order_by(Row.number))).all()
    return [Generation(number, made_at, ring.keys[number].secret) for number, made_at in rows if number in ring.keys]


async def take_in(session: AsyncSession, carried: Sequence[Generation], *, programme: UUID, master: bytes) -> None:
    """Keep generations that another installation made, wrapped under this one's master secret."""
    for one in carried:
        salt = secrets.token_bytes(SALT_BYTES)
        wrapped = wrap(one.secret, under=master, context=_context(programme, one.number))
        values = {"number": one.number, "made_at": one.made_at, "salt": salt, "wrapped": wrapped}
        await session.execute(insert(Row).values(**values, master_check=_check(master, salt)))


def _opened(row: Row, programme: UUID, master: bytes) -> CodeKey | None:
    """The key of a generation, derived or unwrapped; none if what is wrapped was changed."""
    if row.wrapped is None:
        return derive_key(master, programme, row.number, row.salt)
    secret = unwrap(row.wrapped, under=master, context=_context(programme, row.number))
    return None if secret is None else CodeKey(row.number, secret)


def _context(programme: UUID, number: int) -> bytes:
    return b"obole code key from elsewhere" + programme.bytes + bytes([number])


def _check(master: bytes, salt: bytes) -> bytes:
    """Tells which master secret a key needs; too short to help to guess it, and the secret is no word."""
    return hashlib.blake2b(
        salt, key=hashlib.sha256(master).digest(), person=b"obole-check", digest_size=CHECK_BYTES
    ).digest()
