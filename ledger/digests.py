"""Digests of sets of transfers: one value that is another one as soon as any row says something else."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import LargeBinary, Select, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.statements import DIGESTED
from ledger.tables import Transfer

_NOTHING: Final = literal(b"", LargeBinary)


async def digests_by_group(session: AsyncSession, members: Select[UUID, UUID]) -> dict[UUID, tuple[int, str]]:
    """How many transfers each group has, and one SHA-256 (hexadecimal) over their digests in the order of their ids.

    The digests (decision 14) are made of what the rows say now, not read from beside them.

    :param members: pairs of transfer and group
    """
    of = members.subquery()
    one, group = of.c
    digest = func.public.transfer_digest(*(getattr(Transfer, name) for name in DIGESTED))
    every = func.sha256(func.string_agg(digest, aggregate_order_by(_NOTHING, Transfer.id)))
    statement = (
        select(group, func.count(), func.encode(every, "hex")).join(Transfer, Transfer.id == one).group_by(group)
    )
    return {which: (count, hexadecimal) for which, count, hexadecimal in await session.execute(statement)}
