"""Redeeming: written for many at once; one is a batch of one (decision 9).

Three steps, each in its own statements: lock, read, write; between reading and writing, a pure decision. Every
redemption of a batch stands alone: one refused does not touch the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Table, Uuid, bindparam, insert, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import once, posting
from ledger.days import day_of
from ledger.errors import KeyReused, Refusal
from ledger.ids import new_id
from ledger.money import ZERO, Money
from ledger.once import Once, Recalled
from ledger.parallel import given, lists
from ledger.statements import locking
from merchants.movements import REDEMPTION, document_of
from merchants.shops.cashiers import CashierView, cashiers_by_id
from merchants.shops.errors import CashierUnknown, TillUnknown
from merchants.shops.tills import SHOPS_OF, Counter, counters
from vouchers import releasing
from vouchers.errors import AmountNotPositive, CodeNotRecognised, NotEnoughLeft
from vouchers.facts import IDS_BY_HASH, VoucherFacts, vouchers_by_hash
from vouchers.tables import Redemption


@dataclass(frozen=True, slots=True)
class Asked:
    """A redemption asked for.

    :param code: the lookup hash of the code (``vouchers.codes.read``)
    :param once: under which key it is asked
    :param cashier: who stands at the till, if the shop tells its cashiers apart
    """

    till: UUID
    code: UUID
    amount: Money
    once: Once | None = None
    cashier: UUID | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A redemption done. ``left`` is what can still be spent after it."""

    redemption: UUID
    voucher: UUID
    shop: UUID
    till: UUID
    amount: Money
    left: Money
    last_day: date
    at: datetime
    cashier: UUID | None = None

    def packed(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "redemption": str(self.redemption), "voucher": str(self.voucher), "shop": str(self.shop),
            "till": str(self.till), "amount": self.amount.cents, "left": self.left.cents,
            "last_day": self.last_day.isoformat(), "at": self.at.isoformat(),
            **({"cashier": str(self.cashier)} if self.cashier else {}),
        }  # fmt: skip

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> Receipt:
        """What ``packed`` packed."""
        return cls(
            UUID(packed["redemption"]), UUID(packed["voucher"]), UUID(packed["shop"]), UUID(packed["till"]),
            Money(packed["amount"]), Money(packed["left"]), date.fromisoformat(packed["last_day"]),
            datetime.fromisoformat(packed["at"]), UUID(packed["cashier"]) if "cashier" in packed else None,
        )  # fmt: skip


Answer = Receipt | Refusal


@dataclass(slots=True)
class Facts:
    """All that deciding needs, read under the locks."""

    books: posting.Books
    vouchers: Mapping[UUID, VoucherFacts]
    """By the hash under which each was asked for."""
    counters: Mapping[UUID, Counter]
    recalled: Mapping[tuple[UUID, str], Recalled]
    cashiers: Mapping[UUID, CashierView] = field(default_factory=dict)
    spent: dict[UUID, Money] = field(default_factory=dict)
    """What this batch has taken from each voucher so far."""

    def left_on(self, voucher: UUID) -> Money:
        """What can still be taken."""
        return self.books[voucher].available - self.spent.get(voucher, ZERO)


async def redeem_many(session: AsyncSession, asked: Sequence[Asked], *, at: datetime) -> list[Answer]:
    """Redeem; each answer is a receipt or a refusal, in the order asked.

    A key that was used before is answered as it was then. Refusals are among the answers, never raised:
    ``AmountNotPositive``, ``CodeNotRecognised``, ``TillUnknown``, ``TillRevoked``, ``ShopNotAccepted``,
    ``CashierUnknown``, ``CashierRemoved``, ``VoucherBlocked``, ``VoucherReplaced``, ``VoucherNotYetValid``,
    ``VoucherExpired``, ``NotTakenHere``, ``NotEnoughLeft``, ``KeyReused``.

    :raises sqlalchemy.exc.IntegrityError: if a key was used by another transaction meanwhile; run it again
    """
    facts = await _read(session, asked, at)
    answers, fresh = _decide_all(asked, facts, at)
    receipts = [answer for answer in fresh.values() if isinstance(answer, Receipt)]
    await _write(session, receipts, facts, at)
    kept = [(one.once, _outcome(fresh[i])) for i, one in enumerate(asked) if i in fresh and one.once is not None]
    await once.remember(session, kept)
    return answers


def decide(asked: Asked, facts: Facts, *, at: datetime) -> Receipt:
    """What redeeming would give. Pure: facts in, receipt or refusal out.

    :raises AmountNotPositive, CodeNotRecognised, TillUnknown, TillRevoked, ShopNotAccepted:
    :raises CashierUnknown, CashierRemoved:
    :raises VoucherBlocked, VoucherReplaced, VoucherNotYetValid, VoucherExpired, NotTakenHere, NotEnoughLeft:
    """
    if asked.amount <= ZERO:
        raise AmountNotPositive(amount=asked.amount)
    counter = facts.counters.get(asked.till)
    if counter is None:
        raise TillUnknown(till=asked.till)
    counter.refuse_unless_open()
    if asked.cashier is not None:
        _refuse_unless_at_work(asked.cashier, counter, facts)
    voucher = facts.vouchers.get(asked.code)
    if voucher is None:
        raise CodeNotRecognised
    voucher.refuse_unless_usable(day_of(at))
    voucher.refuse_unless_taken(counter.spot, day_of(at))
    left = facts.left_on(voucher.id)
    if asked.amount > left:
        raise NotEnoughLeft(left=left, asked=asked.amount)
    return Receipt(
        new_id(), voucher.id, counter.shop, counter.till, asked.amount, left - asked.amount, voucher.last_day, at,
        asked.cashier,
    )  # fmt: skip


def _refuse_unless_at_work(cashier: UUID, counter: Counter, facts: Facts) -> None:
    found = facts.cashiers.get(cashier)
    if found is None or found.shop != counter.shop:
        raise CashierUnknown(cashier=cashier)
    found.refuse_unless_at_work()


async def _read(session: AsyncSession, asked: Sequence[Asked], at: datetime) -> Facts:
    hashes, tills = {one.code for one in asked}, {one.till for one in asked}
    books = await posting.lock_found(session, _LOCK, given(hash=hashes, till=tills))
    # What was written since the lock was asked for is seen now, but not locked: it comes too late for this batch.
    vouchers = {
        code: voucher for code, voucher in (await vouchers_by_hash(session, hashes)).items() if voucher.id in books
    }
    held = [voucher.id for voucher in vouchers.values() if books[voucher.id].pending]
    if held:
        await _release_overdue(session, held, books, at)
    cashiers = {one.cashier for one in asked if one.cashier is not None}
    return Facts(
        books=books,
        vouchers=vouchers,
        counters={till: at_till for till, at_till in (await counters(session, tills)).items() if at_till.shop in books},
        recalled=await once.recall(session, [one.once for one in asked if one.once is not None]),
        cashiers=await cashiers_by_id(session, cashiers) if cashiers else {},
    )


async def _release_overdue(session: AsyncSession, vouchers: Sequence[UUID], books: posting.Books, at: datetime) -> None:
    """What a hold kept past its time can be spent again at once, whether or not the sweep has come by."""
    if await releasing.time_out(session, vouchers, at=at):
        books |= await posting.lock(session, vouchers)


def _decide_all(asked: Sequence[Asked], facts: Facts, at: datetime) -> tuple[list[Answer], dict[int, Answer]]:
    """All answers, and those among them that are given for the first time, by their place."""
    answers: list[Answer] = []
    fresh: dict[int, Answer] = {}
    first_of: dict[tuple[UUID, str], tuple[Once, Answer]] = {}
    for i, one in enumerate(asked):
        answer = _recalled(one, facts, first_of)
        if answer is None:
            answer = fresh[i] = _decided(one, facts, at)
            if one.once is not None:
                first_of[one.once.id] = one.once, answer
        answers.append(answer)
    return answers, fresh


def _recalled(one: Asked, facts: Facts, first_of: Mapping[tuple[UUID, str], tuple[Once, Answer]]) -> Answer | None:
    """The answer that this key was given before: in the books, or earlier in this very batch."""
    if one.once is None:
        return None
    try:
        if (kept := facts.recalled.get(one.once.id)) is not None:
            return _answer(kept.for_request(one.once))
        if (first := first_of.get(one.once.id)) is not None:
            one.once.refuse_unless_same(first[0].request)
            return first[1]
    except KeyReused as refusal:
        return refusal
    return None


def _decided(one: Asked, facts: Facts, at: datetime) -> Answer:
    try:
        receipt = decide(one, facts, at=at)
    except Refusal as refusal:
        return refusal
    facts.spent[receipt.voucher] = facts.spent.get(receipt.voucher, ZERO) + receipt.amount
    return receipt


async def _write(session: AsyncSession, receipts: Sequence[Receipt], facts: Facts, at: datetime) -> None:
    if not receipts:
        return
    await posting.post(
        session,
        [
            posting.NewTransfer(
                REDEMPTION, one.voucher, one.shop, one.amount,
                entry=one.redemption, id=one.redemption, document=document_of(one.till),
            )
            for one in receipts
        ],
        at=at,
        books=facts.books,
    )  # fmt: skip
    await write_redemptions(session, receipts, at=at)


async def write_redemptions(session: AsyncSession, receipts: Sequence[Receipt], *, at: datetime) -> None:
    """Write who redeemed what where. For this module and ``vouchers.holding``."""
    rows = given(
        id=[one.redemption for one in receipts],
        voucher_id=[one.voucher for one in receipts],
        shop_id=[one.shop for one in receipts],
        till_id=[one.till for one in receipts],
        cashier_id=[one.cashier for one in receipts],
        amount=[one.amount.cents for one in receipts],
        left_after=[one.left.cents for one in receipts],
    )
    await session.execute(_WRITE, {**rows, "at": at})


def _outcome(answer: Answer) -> dict[str, Any]:
    return {"receipt": answer.packed()} if isinstance(answer, Receipt) else once.pack_refusal(answer)


def _answer(outcome: Mapping[str, Any]) -> Answer:
    return Receipt.unpacked(outcome["receipt"]) if "receipt" in outcome else once.unpack_refusal(outcome)


_LOCK: Final = locking(union_all(IDS_BY_HASH, SHOPS_OF))

_REDEEMED: Final = lists(
    id=Uuid(), voucher_id=Uuid(), shop_id=Uuid(), till_id=Uuid(), cashier_id=Uuid(), amount=BigInteger(),
    left_after=BigInteger(),
)  # fmt: skip
_GIVEN: Final = select(_REDEEMED, bindparam("at", type_=DateTime(timezone=True)).label("at"))
_WRITE: Final = insert(cast("Table", Redemption.__table__)).from_select(_GIVEN.selected_columns.keys(), _GIVEN)
