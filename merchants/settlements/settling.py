"""Settling the shops of a closing that is opened, some at a time: each of them once, however often one is stopped.

Which shops, up to which of their transfers, by which rules and as of which day is fixed with the opening; so what
comes in between two parts changes no figure. A part is one transaction: numbers, settlements, lines, transfers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, Uuid, exists, func, insert, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.chart import Kind, single
from ledger.days import Period, day_of
from ledger.ids import new_id, new_ids
from ledger.money import ZERO
from ledger.parallel import given, lists
from merchants import programme
from merchants.invoices.issuing import invoice_settlements
from merchants.numbering import SETTLEMENTS, one_at_a_time, take_numbers
from merchants.programme import Terms
from merchants.settlements.closing import Reckoned, columns, reckon
from merchants.settlements.parties import parties
from merchants.shops.tills import labels_by_shop
from merchants.tables import Closing, ClosingShop, Settlement, SettlementLine

SERIES: Final = SETTLEMENTS
ROWS_AT_ONCE: Final = 10_000
AT_ONCE: Final = 50
"""Shops in one part: a part takes a fraction of a second, so that whoever redeems there is not kept waiting."""

Progress = Callable[[int, int], None]
"""Told how many shops are settled, and of how many."""


@dataclass(frozen=True, slots=True)
class Part:
    """How far a closing is after a part of it: shops settled, of how many."""

    closing: UUID
    done: int
    of: int


class CannotBeSettled(Exception):
    """What is kept of one shop makes its settlement fail, which no second try mends: ``__cause__`` says how."""

    def __init__(self, *, shop: UUID) -> None:
        self.shop = shop
        super().__init__(f"Shop {shop} cannot be settled.")


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A settlement about to be written."""

    id: UUID
    number: str
    came_to: Reckoned


async def settle_some(
    session: AsyncSession, *, at: datetime, most: int = AT_ONCE, past: Collection[UUID] = ()
) -> Part | None:
    """Settle the next shops of the closing that is not finished; with the last of them it is.

    Whoever comes at the same time waits, and goes on with those that come then.

    :param most: shops in this part
    :param past: shops that are left for later: with one of them waiting, the closing is not finished
    :returns: how far it is now; None if every closing is finished, or nobody else waits
    :raises CannotBeSettled: if this part is one shop only, and what is kept of it makes it fail
    """
    await one_at_a_time(session, series=SERIES)
    opened = (await session.execute(select(Closing).where(Closing.finished_at.is_(None)))).scalar_one_or_none()
    if opened is None:
        return None
    shops = await waiting(session, opened.id, most=most, past=past)
    if past and not shops:
        return None
    if shops:
        await _settle_naming(session, opened, shops)
    settled = select(func.count()).select_from(Settlement).where(Settlement.closing_id == opened.id)
    part = Part(opened.id, (await session.execute(settled)).scalar_one(), opened.shops)
    if (len(shops) < most and not past) or part.done == part.of:
        ended = update(Closing).where(Closing.id == opened.id).values(finished_at=at)
        await session.execute(ended.execution_options(synchronize_session=False))
    return part


async def settle_all(session: AsyncSession, *, at: datetime, progress: Progress = lambda _done, _of: None) -> None:
    """Finish the closing that is not, in this one transaction."""
    while (part := await settle_some(session, at=at)) is not None:
        progress(part.done, part.of)


async def waiting(
    session: AsyncSession, closing_id: UUID, *, most: int | None = None, past: Collection[UUID] = ()
) -> dict[UUID, int]:
    """The shops of a closing that are not settled yet, in the order of their ids.

    :returns: for each, the last transfer on its account that counts, by its number there
    """
    settled = exists().where(Settlement.closing_id == closing_id, Settlement.shop_id == ClosingShop.shop_id)
    statement = (
        select(ClosingShop.shop_id, ClosingShop.through)
        .where(ClosingShop.closing_id == closing_id, ~settled, ClosingShop.shop_id.not_in(past))
        .order_by(ClosingShop.shop_id)
        .limit(most)
    )
    return dict((await session.execute(statement)).all())


async def _settle_naming(session: AsyncSession, opened: Closing, shops: dict[UUID, int]) -> None:
    try:
        await _settle(session, opened, shops)
    except (OperationalError, InterfaceError):
        raise  # the database is away, or another was met: the shop is not at fault
    except Exception as error:
        if len(shops) > 1:
            raise
        raise CannotBeSettled(shop=next(iter(shops))) from error


async def _settle(session: AsyncSession, opened: Closing, shops: dict[UUID, int]) -> None:
    """As of the moment of the opening, whenever that was."""
    issued_on, period = day_of(opened.closed_at), Period(opened.first_day, opened.last_day)
    terms = await programme.terms_of(session, opened.terms_id)
    reckoned = await reckon(session, period, terms=terms, shops=shops)
    numbers = await take_numbers(
        session, series=SERIES, prefix=terms.number_prefix, year=issued_on.year, count=len(reckoned)
    )
    # What was a shop's last settlement is told by the order of ids, whatever the clocks of hosts say.
    newest = (await session.execute(_NEWEST)).scalar_one_or_none()
    ids = new_ids(len(reckoned), after=newest)
    drawn = [_Drawn(*one) for one in zip(ids, numbers, reckoned, strict=True)]
    await _write(session, drawn, closing_id=opened.id, terms=terms, issued_on=issued_on)
    transfers = [transfer for one in drawn for transfer in _transfers(one)]
    await posting.post(session, transfers, at=opened.closed_at)
    await invoice_settlements(session, [one.id for one in drawn], at=opened.closed_at)


async def _write(
    session: AsyncSession, drawn: list[_Drawn], *, closing_id: UUID, terms: Terms, issued_on: date
) -> None:
    payable_on = issued_on + timedelta(days=terms.payment_days)
    tills = await labels_by_shop(session, [one.came_to.shop.id for one in drawn])
    rows = [
        {
            "id": one.id, "number": one.number, "closing_id": closing_id, "shop_id": one.came_to.shop.id,
            "issued_on": issued_on, "payable_on": payable_on,
            "parties": parties(terms, one.came_to.shop, tills.get(one.came_to.shop.id, {})),
            **columns(one.came_to.figures),
        }
        for one in drawn
    ]  # fmt: skip
    await session.execute(insert(Settlement), rows)
    lines = [(movement.transfer, one.id) for one in drawn for movement in one.came_to.movements]
    for start in range(0, len(lines), ROWS_AT_ONCE):
        some = lines[start : start + ROWS_AT_ONCE]
        taken = given(
            transfer_id=[transfer for transfer, _ in some], settlement_id=[settlement for _, settlement in some]
        )
        await session.execute(_TAKE, taken)


def _transfers(one: _Drawn) -> Iterator[posting.NewTransfer]:
    """Commission, its VAT and the payout; what undos and returns give back goes the other way."""
    entry, shop, made = new_id(), one.came_to.shop.id, one.came_to.figures
    shares = (
        ("commission", Kind.COMMISSION, made.commission),
        ("commission_vat", Kind.VAT, made.vat),
        ("payout", Kind.TRANSIT, made.paid),
    )
    for kind, account, amount in shares:
        if amount > ZERO:
            yield posting.NewTransfer(kind, shop, single(account), amount, entry=entry, document=one.number)
        elif amount < ZERO:
            yield posting.NewTransfer(kind, single(account), shop, -amount, entry=entry, document=one.number)


_NEWEST: Final = select(Settlement.id).order_by(Settlement.id.desc()).limit(1)
_TAKEN: Final = lists(transfer_id=Uuid(), settlement_id=Uuid())
_TAKE: Final = insert(cast("Table", SettlementLine.__table__)).from_select(list(_TAKEN.c.keys()), select(_TAKEN))
