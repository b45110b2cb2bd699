"""Who adds public money to vouchers: particulars, and the agreement by which it does. One sub-ledger each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances, posting
from ledger.chart import Kind
from ledger.ids import new_id
from ledger.money import Money
from merchants.shops import identity
from vouchers.errors import FunderUnknown
from vouchers.tables import Funder


@dataclass(frozen=True, slots=True)
class NewFunder:
    """Who adds money to vouchers: a public body, or a company.

    :param contact: who answers for it, by telephone or e-mail
    :param agreement: the reference of the agreement or mandate (CGCT art. L.1611-7), ``agreed_on`` its day
    """

    name: str
    siren: str | None = None
    street: str = ""
    postcode: str = ""
    commune: str = ""
    contact: str = ""
    agreement: str = ""
    agreed_on: date | None = None


@dataclass(frozen=True, slots=True)
class FunderView:
    """A funder, and what it has paid in that no top-up has used yet."""

    id: UUID
    registered_at: datetime
    left: Money
    known: NewFunder

    @property
    def name(self) -> str:
        """How it is called."""
        return self.known.name


async def register_funder(session: AsyncSession, new: NewFunder, *, at: datetime) -> FunderView:
    """Register a funder and open its account.

    :raises SirenInvalid:
    """
    funder_id = new_id()
    await posting.open_accounts(session, [posting.NewAccount(funder_id, Kind.FUNDER, new.name)])
    await session.execute(insert(Funder).values(id=funder_id, registered_at=at, **_funder_row(new)))
    return await funder(session, funder_id)


async def change_funder(session: AsyncSession, funder_id: UUID, new: NewFunder) -> FunderView:
    """Change what is known of a funder; what it gave stays.

    :raises FunderUnknown, SirenInvalid:
    """
    await funder(session, funder_id)
    await session.execute(
        update(Funder)
        .where(Funder.id == funder_id)
        .values(**_funder_row(new))
        .execution_options(synchronize_session=False)
    )
    return await funder(session, funder_id)


async def funder(session: AsyncSession, funder_id: UUID) -> FunderView:
    """One funder.

    :raises FunderUnknown:
    """
    row = (await session.execute(select(Funder).where(Funder.id == funder_id))).scalar_one_or_none()
    if row is None:
        raise FunderUnknown(funder=funder_id)
    return (await _funders(session, [row]))[0]


async def funders_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, FunderView]:
    """The funders of these ids."""
    rows = await session.execute(select(Funder).where(Funder.id.in_(list(ids))))
    return {one.id: one for one in await _funders(session, list(rows.scalars()))}


async def funders_page(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[FunderView]:
    """Funders in the order in which they were registered."""
    statement = select(Funder).order_by(Funder.id).limit(limit)
    if after is not None:
        statement = statement.where(Funder.id > after)
    return await _funders(session, list((await session.execute(statement)).scalars()))


async def _funders(session: AsyncSession, rows: list[Funder]) -> list[FunderView]:
    held = await balances.balances_of(session, [row.id for row in rows])
    return [
        FunderView(
            row.id, row.registered_at, held[row.id].available,
            NewFunder(
                row.name, row.siren, row.street, row.postcode, row.commune, row.contact, row.agreement, row.agreed_on
            ),
        )
        for row in rows
    ]  # fmt: skip


def _funder_row(new: NewFunder) -> dict[str, Any]:
    return {**asdict(new), "siren": identity.siren(new.siren) if new.siren else None}
