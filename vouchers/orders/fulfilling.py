"""From paid to issued: one batch a line, a voucher for each beneficiary, the papers with the figures of the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, Uuid, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.days import day_of
from ledger.money import Money
from ledger.parallel import given, lists
from ledger.wishes import wish
from vouchers import issuing
from vouchers.buyers import buyer, set_aside
from vouchers.issuing import NewBatch, Progress
from vouchers.keys import KeyRing
from vouchers.orders import adding
from vouchers.orders.errors import CreditNotForPeople
from vouchers.orders.handing import ask_letter
from vouchers.orders.history import tell
from vouchers.orders.locking import change_row, locked
from vouchers.orders.paperwork.issuing_papers import issue_papers
from vouchers.orders.queries import BeneficiaryView, LineView, OrderView, beneficiaries_of, lines_of, order
from vouchers.orders.tables import Beneficiary, OrderLine
from vouchers.tables import Voucher


async def issue_order(
    session: AsyncSession,
    order_id: UUID,
    *,
    keys: KeyRing,
    actor: str,
    at: datetime,
    progress: Progress = lambda _done, _of: None,
) -> OrderView:
    """Issue a paid order: its vouchers, whose they are, its papers.

    :raises OrderUnknown, WrongOrderStatus:
    :raises RuleOutsideValidity: if the last day of the rule that it carries is over
    """
    found = await locked(session, order_id, "paid")
    return await _issue(session, found, keys=keys, actor=actor, at=at, progress=progress)


async def issue_on_credit(
    session: AsyncSession, order_id: UUID, *, reason: str, keys: KeyRing, actor: str, at: datetime
) -> OrderView:
    """Issue a company's order before it is paid: the operator's explicit decision, recorded with its reason.

    :raises OrderUnknown, WrongOrderStatus, RuleOutsideValidity:
    :raises CreditNotForPeople: a private person pays first
    """
    found = await locked(session, order_id, "awaiting_payment")
    if (await buyer(session, found.buyer)).kind != "company":
        raise CreditNotForPeople
    await change_row(session, order_id, on_credit=True, lapses_on=None)
    await tell(session, order_id, "credit_given", actor=actor, at=at, reason=reason, missing=found.missing)
    found = await order(session, order_id)
    await adding.promise(session, found, actor=actor, at=at)
    return await _issue(session, found, keys=keys, actor=actor, at=at, progress=lambda _done, _of: None)


async def _issue(
    session: AsyncSession, found: OrderView, *, keys: KeyRing, actor: str, at: datetime, progress: Progress
) -> OrderView:
    lines = await lines_of(session, found.id)
    quantity = sum(line.quantity for line in lines)
    charges = _charges(found, lines)
    # What was set aside is used up here: the batches of this order may take it, and those of others may not.
    await posting.lock(session, [found.buyer])
    await set_aside(session, found.buyer, -found.covered)
    done = 0
    for line, charged in zip(lines, charges, strict=True):
        before = done

        def told(part: int, _of: int, before: int = before) -> None:
            progress(before + part, quantity)

        new = NewBatch(
            found.buyer, line.face_value, line.quantity, label=found.label or found.number or "",
            valid_from=found.deliver_on if found.deliver_on and found.deliver_on > day_of(at) else None,
            on_credit=found.on_credit, charged=charged, rule=found.rule,
        )  # fmt: skip
        batch = await issuing.issue(session, new, keys=keys, actor=actor, at=at, progress=told)
        await session.execute(
            update(OrderLine)
            .where(OrderLine.id == line.id)
            .values(batch_id=batch)
            .execution_options(synchronize_session=False)
        )
        done += line.quantity
    await _assign(session, found.id, await lines_of(session, found.id))
    await adding.give(session, found.id, actor=actor, at=at)
    await change_row(session, found.id, status="issued")
    await tell(session, found.id, "issued", actor=actor, at=at, quantity=quantity)
    await issue_papers(session, found.id, at=at)
    await ask_letter(session, found.id, "issued", at=at)
    wish(session, "advance_order", order=str(found.id))
    return await order(session, found.id)


def _charges(found: OrderView, lines: Sequence[LineView]) -> list[tuple[Money, Money]]:
    """The fee and the VAT that were agreed for the order, shared over its lines without losing a cent."""
    weights = [line.face_value.cents * line.quantity for line in lines]
    return list(zip(found.fee.share(weights), found.fee_vat.share(weights), strict=True))


async def _assign(session: AsyncSession, order_id: UUID, lines: Sequence[LineView]) -> None:
    """Give each beneficiary a voucher of its face value, in the order of the list and of the vouchers' numbers."""
    waiting: dict[Money, list[BeneficiaryView]] = defaultdict(list)
    for one in await beneficiaries_of(session, order_id):
        waiting[one.face_value].append(one)
    people: list[UUID] = []
    vouchers: list[UUID] = []
    for line in lines:
        if line.named and line.batch is not None:
            statement = select(Voucher.id).where(Voucher.batch_id == line.batch).order_by(Voucher.serial)
            vouchers += (await session.execute(statement)).scalars().all()
            people += [one.id for one in waiting.pop(line.face_value)]
    if people:
        await session.execute(_ASSIGN, given(beneficiary=people, voucher=vouchers))


_PAIRS: Final = lists(beneficiary=Uuid(), voucher=Uuid())
_ASSIGN: Final = (
    update(cast("Table", Beneficiary.__table__))
    .where(Beneficiary.id == _PAIRS.c.beneficiary)
    .values(voucher_id=_PAIRS.c.voucher)
)
