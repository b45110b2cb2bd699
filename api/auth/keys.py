"""API keys: made once, kept as a hash, narrow, revocable.

A key reads ``ob_<programme>_<role>_<secret>``; the secret has 256 bits, so that a plain hash is enough to keep it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import LargeBinary, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.permissions import KeyRole, scopes_of
from api.tables import ApiKey
from ledger.errors import Refusal
from ledger.ids import new_id
from ledger.parallel import any_of, given
from merchants.shops.queries import shop
from merchants.shops.tills import till
from vouchers.buyers import buyer

SECRET_BYTES: Final = 32
HINT: Final = 4
_FORM = re.compile(r"ob_(?P<slug>[a-z][a-z0-9-]{1,30})_[a-z]{1,20}_[A-Za-z0-9_-]{20,100}", re.ASCII)


class KeyUnknown(Refusal):
    """No such key in this programme."""

    def __init__(self, *, key: UUID) -> None:
        self.key = key
        super().__init__(f"There is no key {key}.")


class SubjectMissing(Refusal):
    """A key of this role speaks for a buyer, a shop or a till, which must be named; an operator's for none."""

    def __init__(self, *, role: str) -> None:
        self.role = role
        super().__init__(f"A key of role {role} needs its own kind of subject.")


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key, without its secret. ``subject`` is the buyer, shop or till that it speaks for."""

    id: UUID
    role: KeyRole
    subject: UUID | None
    scopes: tuple[str, ...]
    label: str
    hint: str
    made_at: datetime
    revoked_at: datetime | None


async def make_key(
    session: AsyncSession,
    *,
    slug: str,
    role: KeyRole,
    subject: UUID | None,
    label: str,
    at: datetime,
    scopes: Sequence[str] | None = None,
) -> tuple[KeyView, str]:
    """Make a key. The text of it is answered here and never again.

    :raises ScopeRefused, SubjectMissing, BuyerUnknown, ShopUnknown, TillUnknown:
    """
    await _refuse_wrong_subject(session, role, subject)
    text = f"ob_{slug}_{role}_{secrets.token_urlsafe(SECRET_BYTES)}"
    key_id = new_id()
    await session.execute(
        insert(ApiKey).values(
            id=key_id, role=role, subject=subject, scopes=scopes_of(role, list(scopes) if scopes else None),
            label=label, hint=text[-HINT:], hash=hash_of(text), made_at=at,
        )
    )  # fmt: skip
    return await key(session, key_id), text


async def revoke_key(session: AsyncSession, key_id: UUID, *, at: datetime) -> KeyView:
    """Let a key open nothing from now on; a second time changes nothing.

    :raises KeyUnknown:
    """
    statement = update(ApiKey).where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None)).values(revoked_at=at)
    await session.execute(statement.execution_options(synchronize_session=False))
    return await key(session, key_id)


async def revoke_keys_of(session: AsyncSession, subject: UUID, *, at: datetime) -> None:
    """Revoke every key that speaks for this buyer, shop or till."""
    statement = update(ApiKey).where(ApiKey.subject == subject, ApiKey.revoked_at.is_(None)).values(revoked_at=at)
    await session.execute(statement.execution_options(synchronize_session=False))


async def key(session: AsyncSession, key_id: UUID) -> KeyView:
    """One key.

    :raises KeyUnknown:
    """
    row = (await session.execute(select(ApiKey).where(ApiKey.id == key_id))).scalar_one_or_none()
    if row is None:
        raise KeyUnknown(key=key_id)
    return _view(row)


async def keys_page(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[KeyView]:
    """Keys, newest first."""
    statement = select(ApiKey).order_by(ApiKey.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(ApiKey.id < after)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def keys_of(session: AsyncSession, subjects: Collection[UUID]) -> list[KeyView]:
    """The keys that speak for any of these buyers, shops or tills, newest first."""
    statement = select(ApiKey).where(ApiKey.subject.in_(list(subjects))).order_by(ApiKey.id.desc())
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def find_many(session: AsyncSession, hashes: Collection[bytes]) -> dict[bytes, KeyView]:
    """The keys of these hashes that are not revoked."""
    return {
        row[0]: KeyView(row[1], cast("KeyRole", row[2]), row[3], tuple(row[4]), *row[5:])
        for row in await session.execute(_FIND, given(hash=hashes))
    }


def hash_of(text: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(text.encode()).digest()


def slug_in(text: str) -> str | None:
    """The programme that a key names, or None if it is no key."""
    found = _FORM.fullmatch(text)
    return found["slug"] if found else None


async def _refuse_wrong_subject(session: AsyncSession, role: KeyRole, subject: UUID | None) -> None:
    if (role == "operator") != (subject is None):
        raise SubjectMissing(role=role)
    if subject is not None:
        match role:
            case "buyer":
                await buyer(session, subject)
            case "shop":
                await shop(session, subject)
            case _:
                await till(session, subject)


def _view(row: ApiKey) -> KeyView:
    return KeyView(
        row.id,
        cast("KeyRole", row.role),
        row.subject,
        tuple(row.scopes),
        row.label,
        row.hint,
        row.made_at,
        row.revoked_at,
    )


_KEYS: Final = cast("Table", ApiKey.__table__)

_FIND: Final = select(
    _KEYS.c.hash, _KEYS.c.id, _KEYS.c.role, _KEYS.c.subject, _KEYS.c.scopes, _KEYS.c.label, _KEYS.c.hint,
    _KEYS.c.made_at, _KEYS.c.revoked_at,
).where(_KEYS.c.hash == any_of("hash", LargeBinary()), _KEYS.c.revoked_at.is_(None))  # fmt: skip
"""Asked for every request with a key."""
