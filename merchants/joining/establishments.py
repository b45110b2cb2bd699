"""The register of establishments that a programme has imported (INSEE, Sirene): known, but asked nothing yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Table, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from merchants.joining.tables import Establishment
from merchants.shops.checking import NewShop

ROWS_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class EstablishmentView:
    """An establishment as the register has it. Degrees are WGS 84."""

    siret: str
    name: str
    legal_name: str | None
    street: str
    postcode: str
    commune: str
    commune_code: str | None
    naf: str
    trade: str
    latitude: float | None
    longitude: float | None


_COPIED: Final = tuple(EstablishmentView.__dataclass_fields__)


async def take_in(session: AsyncSession, known: Sequence[NewShop], *, at: datetime) -> int:
    """Take checked establishments into the register; those that are there already are brought up to date.

    :returns: how many there were
    """
    taken = insert(cast("Table", Establishment.__table__))
    newer = {name: taken.excluded[name] for name in (*_COPIED[1:], "imported_at")}
    taking = taken.on_conflict_do_update(index_elements=["siret"], set_=newer)
    for start in range(0, len(known), ROWS_AT_ONCE):
        some = known[start : start + ROWS_AT_ONCE]
        rows = [{**{name: getattr(one, name) for name in _COPIED}, "imported_at": at} for one in some]
        await session.execute(taking, rows)
    return len(known)


async def establishment(session: AsyncSession, siret: str) -> EstablishmentView | None:
    """The establishment of a SIRET, if the register has it."""
    return (await establishments_of(session, [siret])).get(siret)


async def establishments_of(session: AsyncSession, sirets: Collection[str]) -> dict[str, EstablishmentView]:
    """The establishments of these SIRETs; those that the register has not are absent."""
    rows = await session.execute(select(Establishment).where(Establishment.siret.in_(sirets)))
    return {row.siret: _view(row) for row in rows.scalars()}


async def search(session: AsyncSession, words: str, *, limit: int) -> list[EstablishmentView]:
    """Establishments whose name, street, commune or trade hold every word, by commune and name."""
    statement = select(Establishment).order_by(Establishment.commune, Establishment.name, Establishment.siret)
    for word in words.split()[:6]:
        like = f"%{word.translate(_LITERAL)}%"
        columns: tuple[Any, ...] = (
            Establishment.name, Establishment.street, Establishment.commune, Establishment.trade,
            Establishment.postcode, Establishment.siret,
        )  # fmt: skip
        statement = statement.where(or_(*(column.ilike(like, escape="\\") for column in columns)))
    return [_view(row) for row in (await session.execute(statement.limit(limit))).scalars()]


async def count(session: AsyncSession) -> int:
    """How many establishments the register has."""
    return (await session.execute(select(func.count()).select_from(Establishment))).scalar_one()


_LITERAL: Final = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def _view(row: Establishment) -> EstablishmentView:
    return EstablishmentView(**{name: getattr(row, name) for name in _COPIED})
