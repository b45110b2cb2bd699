"""From the lines of a bank statement to the orders that they pay; those about payouts to shops go to these.

What is sure is recorded at once: a reference whose check digits agree, that names one order, which waits for money and
has not had this amount before. Everything else waits for a person, with what is doubtful about it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import IO, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.money import ZERO, Money
from merchants.bank import camt, deciding, keeping
from merchants.bank.errors import BankEntryNoMoney, BankTransferTaken
from merchants.bank.keeping import Keeping, KeptLine
from merchants.bank.lines import Begun, Ended, Line, Part, Why
from merchants.bank.queries import EntryView, decided
from merchants.payouts import confirming
from vouchers.buyers import buyer
from vouchers.orders import awaiting, finding, paying, queries
from vouchers.orders.awaiting import Awaiting
from vouchers.orders.finding import Found
from vouchers.orders.foreseeing import Effect, foresee
from vouchers.orders.locking import locked
from vouchers.orders.paperwork.paper_errors import ReferenceInvalid
from vouchers.orders.paperwork.reference import LONGEST, check
from vouchers.orders.queries import PaymentView

AT_ONCE: Final = 500
"""Lines that are read, kept and matched together."""

DOCUMENT: Final = 140
"""Characters of what the bank says that go into the books with a payment."""

_PREFIX: Final = 4
_NEITHER: Final = re.compile(r"[^A-Z0-9]", re.ASCII)
_BEGINS: Final = re.compile(rf"(?=(RF[0-9]{{2}}[A-Z0-9]{{1,{LONGEST}}}))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Taken:
    """A statement that a file brought; ``before`` if it was read already, and nothing changed."""

    statement: UUID
    before: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An order that a line may pay, why, what that would do, and the payment by hand that it may be already."""

    found: Found
    effect: Effect
    payment: PaymentView | None


async def take(session: AsyncSession, file: IO[bytes], *, actor: str, at: datetime) -> list[Taken]:
    """Read a file of statements, keep what it says, and record what is sure. All of it or nothing.

    :raises BankFileTooLarge, BankFileBroken, BankFileDoctype, BankFileKindUnknown, BankFileWithoutStatement:
    :raises BankStatementIncomplete, BankAccountNotOurs, BankStatementChanged:
    """
    await keeping.one_file_at_a_time(session)
    parts, taken, now = camt.read(file), list[Taken](), list[Keeping]()
    while some := await asyncio.to_thread(_some, parts):
        lines: list[Line] = []
        for part in some:
            if isinstance(part, Line):
                lines.append(part)
                continue
            if now:
                await _take(session, now[-1], lines, actor=actor, at=at)
                lines = []
            match part:
                case Begun():
                    now = [await keeping.begin(session, part)]
                case Ended():
                    await keeping.end(session, now[-1], part, actor=actor, at=at)
                    taken.append(Taken(now[-1].id, now[-1].known is not None))
        if now:
            await _take(session, now[-1], lines, actor=actor, at=at)
    await confirming.settle(session, actor=actor, at=at)
    return taken


async def pays(session: AsyncSession, entry_id: UUID, order_id: UUID, *, actor: str, at: datetime) -> PaymentView:
    """Record, once, that a line that waits is money for an order.

    :raises BankEntryUnknown, BankEntryDecided, OrderUnknown:
    :raises BankEntryNoMoney: if money went out
    """
    found = await _credit(session, entry_id)
    return await _record(session, KeptLine(found.id, found.line), order_id, actor=actor, at=at)


async def was_recorded(session: AsyncSession, entry_id: UUID, payment_id: UUID, *, actor: str, at: datetime) -> None:
    """A line that waits is a transfer that somebody recorded by hand.

    :raises BankEntryUnknown, BankEntryDecided, BankEntryNoMoney, PaymentUnknown:
    :raises BankTransferTaken: if that was another amount, or is another line already
    """
    found = await _credit(session, entry_id)
    payment = await awaiting.payment(session, payment_id)
    if payment.method != "transfer" or payment.amount != found.line.amount:
        raise BankTransferTaken(transfer=payment_id)
    await deciding.is_transfer(session, entry_id, payment_id, actor=actor, at=at)


async def suggestions(session: AsyncSession, entry: EntryView, typed: str, *, limit: int) -> list[Suggestion]:
    """The orders that a line may pay, the surest first: by what the bank says, or by what a person looks for."""
    amount = entry.line.amount
    if amount is None or not entry.line.credit:
        return []
    found = await finding.find(session, typed or entry.line.said[: finding.LONGEST], amount, limit=limit)
    made = []
    for one in found:
        order = one.awaiting.order
        effect = foresee(order, await buyer(session, order.buyer), amount)
        by_hand = await _by_hand(session, order.id, amount)
        made.append(Suggestion(one, effect, by_hand))
    return made


def references_in(said: str) -> set[str]:
    """Every creditor reference that may stand in what was written: its check digits agree. Pure.

    Where one ends is not known among other words, so that each end is tried.
    """
    found = set[str]()
    for begins in _BEGINS.finditer(_NEITHER.sub("", said.upper())):
        whole = begins[1]
        for end in range(_PREFIX + 1, len(whole) + 1):
            try:
                found.add(check(whole[:end]))
            except ReferenceInvalid:
                continue
    return found


def doubt(line: Line, named: Sequence[Awaiting]) -> Why:
    """What is doubtful about a credit, given the orders whose reference it names; nothing if it is sure. Pure."""
    if line.why:
        return line.why
    if not named:
        return "unreferenced"
    if len(named) > 1:
        return "several"
    if not named[0].waits:
        return "idle"
    return "card" if named[0].debit else ""


def _some(parts: Iterator[Part]) -> list[Part]:
    return list(islice(parts, AT_ONCE))


async def _take(session: AsyncSession, now: Keeping, lines: Sequence[Line], *, actor: str, at: datetime) -> None:
    """Keep lines, and record those that are sure, in the order in which orders are locked."""
    if now.known is not None:
        await keeping.keep(session, now, lines)
        return
    told = [references_in(one.said) if one.fate == "read" and one.credit else set() for one in lines]
    found = await awaiting.orders_by_reference(session, set[str]().union(*told))
    orders = {one.order.reference: one for one in found}
    judged, sure = list[Line](), dict[tuple[int, int], Awaiting]()
    for line, references in zip(lines, told, strict=True):
        if line.fate == "read" and line.credit:
            named = [orders[one] for one in references if one in orders]
            why = doubt(line, named) or await _seen(session, line, named[0])
            judged.append(replace(line, why=why))
            if not why:
                sure[line.entry, line.part] = named[0]
        else:
            judged.append(line)
    every = await keeping.keep(session, now, judged)
    kept = [
        (sure[one.line.entry, one.line.part].order.id, one)
        for one in every
        if one.line.fate == "read" and not one.line.why and (one.line.entry, one.line.part) in sure
    ]
    for order_id, one in sorted(kept, key=lambda pair: pair[0]):
        await _record_if_it_waits(session, one, order_id, actor=actor, at=at)


async def _seen(session: AsyncSession, line: Line, one: Awaiting) -> Why:
    """Whether the same amount came for the order before: a person may have recorded this very line."""
    payments = await queries.payments_of(session, one.order.id)
    return "before" if any(paid.amount == line.amount for paid in payments) else ""


async def _record_if_it_waits(
    session: AsyncSession, kept: KeptLine, order_id: UUID, *, actor: str, at: datetime
) -> None:
    """Record what is sure, if the order still waits now that it is locked: another line may have paid it."""
    await locked(session, order_id)
    one = await awaiting.with_buyer(session, order_id)
    if one is not None and not doubt(kept.line, [one]) and not await _seen(session, kept.line, one):
        await _record(session, kept, order_id, actor=actor, at=at)


async def _record(session: AsyncSession, kept: KeptLine, order_id: UUID, *, actor: str, at: datetime) -> PaymentView:
    said = (kept.line.said or kept.line.servicer_ref)[:DOCUMENT].strip()
    amount = kept.line.amount or ZERO  # a line without an amount in euro is never read as a credit
    paid = await paying.record_transfer(session, order_id, amount, reference=said, actor=actor, at=at)
    await deciding.is_transfer(session, kept.id, paid.id, actor=actor, at=at)
    return paid


async def _credit(session: AsyncSession, entry_id: UUID) -> EntryView:
    found = await deciding.queued(session, entry_id)
    if not found.line.credit:
        raise BankEntryNoMoney(entry=entry_id)
    return found


async def _by_hand(session: AsyncSession, order_id: UUID, amount: Money) -> PaymentView | None:
    """A transfer of this amount that somebody recorded, and that is no line of a statement yet."""
    alike = [
        one for one in await queries.payments_of(session, order_id)
        if one.method == "transfer" and one.amount == amount
    ]  # fmt: skip
    taken = await decided(session, [one.id for one in alike])
    return next((one for one in alike if one.id not in taken), None)
