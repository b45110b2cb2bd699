"""The proofs: every account recomputed from its transfers, every transfer held against its digest.

Each proof is one query that returns what does not agree; an empty answer is the proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Select, and_, case, cast, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ledger.chart import CHART, Kind
from ledger.database import sum_of
from ledger.money import ZERO, Money, total
from ledger.statements import DIGESTED
from ledger.tables import Account, Hold, Transfer

NAMED_AT_MOST: Final = 1_000
"""How many findings of one proof are named; more than that and the books are beyond naming."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree.

    :param proof: which proof it failed, in one word
    :param subject: ``account``, ``transfer``, ``hold`` or another thing with an id
    """

    proof: str
    subject: str
    id: UUID | None
    detail: str


@dataclass(frozen=True, slots=True)
class RingFence:
    """Whether what is in the bank covers what is owed (the ring-fence).

    :param held: bank and Stripe
    :param owed: vouchers, shops, funders and payouts in transit
    """

    held: Money
    owed: Money

    @property
    def covered(self) -> bool:
        """Every cent owed is in the bank."""
        return self.held >= self.owed

    @property
    def short_by(self) -> Money:
        """What is missing; zero when covered."""
        return max(self.owed - self.held, Money(0))


@dataclass(frozen=True, slots=True)
class FenceParts:
    """What the ring-fence is made of. ``buyers``: what they paid in and have not used; debts of others stay out."""

    bank: Money
    stripe: Money
    vouchers: Money
    shops: Money
    funders: Money
    transit: Money
    buyers: Money

    @property
    def ring_fence(self) -> RingFence:
        """Bank and Stripe against what vouchers, shops, funders and payouts in transit are owed."""
        return RingFence(self.bank + self.stripe, total([self.vouchers, self.shops, self.funders, self.transit]))

    @property
    def with_buyers(self) -> RingFence:
        """The same, and the money of buyers beside: nothing that came from one may cover what another owes."""
        fence = self.ring_fence
        return RingFence(fence.held, fence.owed + self.buyers)


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit looked at and what it found."""

    accounts: int
    transfers: int
    debits: Money
    credits: Money
    ring_fence: RingFence
    findings: tuple[Finding, ...]

    @property
    def agrees(self) -> bool:
        """Nothing was found."""
        return not self.findings


async def audit(session: AsyncSession) -> Audit:
    """Recompute the books of a programme. Run it in a repeatable-read transaction: it reads more than once."""
    accounts, debits, credits_, transfers = (await session.execute(_TOTALS)).one()
    findings: list[Finding] = []
    if debits != credits_:
        detail = f"all debits are {Money(debits)}, all credits {Money(credits_)}"
        findings.append(Finding("totals", "books", None, detail))
    for proof, subject, statement in _proofs():
        rows = await session.execute(statement)
        findings += [Finding(proof, subject, row[0], row[1]) for row in rows]
    return Audit(
        accounts, transfers, Money(debits), Money(credits_), await ring_fence(session), tuple(findings)
    )  # fmt: skip


async def ring_fence(session: AsyncSession) -> RingFence:
    """Bank and Stripe against what vouchers, shops, funders and payouts in transit are owed."""
    return (await fence_parts(session)).ring_fence


async def fence_parts(session: AsyncSession) -> FenceParts:
    """The ring-fence part by part."""
    found = {kind: (Money(net), Money(paid_in)) for kind, net, paid_in in await session.execute(_BY_KIND)}

    def owed(kind: Kind) -> Money:
        return found.get(kind, (ZERO, ZERO))[0]

    return FenceParts(
        bank=-owed(Kind.BANK), stripe=-owed(Kind.STRIPE), vouchers=owed(Kind.VOUCHER), shops=owed(Kind.SHOP),
        funders=owed(Kind.FUNDER), transit=owed(Kind.TRANSIT), buyers=found.get(Kind.BUYER, (ZERO, ZERO))[1],
    )  # fmt: skip


_TOTALS: Final = select(
    func.count(), sum_of(Account.debits_posted), sum_of(Account.credits_posted),
    select(func.count()).select_from(Transfer).scalar_subquery(),
).select_from(Account)  # fmt: skip
_CREDIT: Final = Account.credits_posted - Account.debits_posted
_BY_KIND: Final = select(Account.kind, sum_of(_CREDIT), sum_of(func.greatest(_CREDIT, 0))).group_by(Account.kind)


@cache
def _proofs() -> tuple[tuple[str, str, Select[UUID, str]], ...]:
    """Each proof, what it is about, and its query: made once, since to make it takes longer than to ask it."""
    made = (
        ("digest", "transfer", _changed_transfers()),
        ("sums", "account", _wrong_sums()),
        ("sequence", "account", _broken_sequences()),
        ("guard", "account", _overdrawn()),
        ("chart", "account", _off_the_chart()),
        ("orphan", "transfer", _orphans()),
        ("reversal", "transfer", _wrong_reversals()),
        ("hold", "hold", _wrong_holds()),
        ("pending", "account", _wrong_pending()),
    )
    return tuple((proof, subject, statement.limit(NAMED_AT_MOST)) for proof, subject, statement in made)


def _changed_transfers() -> Select[UUID, str]:
    """Transfers that are no longer what was posted."""
    digest = func.public.transfer_digest(*(getattr(Transfer, name) for name in DIGESTED))
    detail = func.format(
        "the row is not what was posted: now %s cents from %s to %s",
        Transfer.amount, Transfer.debit_account_id, Transfer.credit_account_id,
    )  # fmt: skip
    return select(Transfer.id, detail).where(Transfer.digest.is_distinct_from(digest)).order_by(Transfer.id)


def _by_account() -> Select[UUID, int, int, int, int, int, int]:
    """Sums, count and numbers of the transfers of each account."""
    zero = cast(0, BigInteger)
    sides = union_all(
        select(Transfer.debit_account_id.label("id"), Transfer.amount.label("debit"), zero.label("credit"),
               Transfer.debit_seq.label("seq")),
        select(Transfer.credit_account_id, zero, Transfer.amount, Transfer.credit_seq),
    ).subquery()  # fmt: skip
    return select(
        sides.c.id, sum_of(sides.c.debit).label("debits"), sum_of(sides.c.credit).label("credits"),
        func.count().label("transfers"), func.count(sides.c.seq.distinct()).label("numbers"),
        func.min(sides.c.seq).label("first"), func.max(sides.c.seq).label("last"),
    ).group_by(sides.c.id)  # fmt: skip


def _wrong_sums() -> Select[UUID, str]:
    """Accounts whose sums are not those of their transfers."""
    found = _by_account().subquery()
    debits, credits_ = func.coalesce(found.c.debits, 0), func.coalesce(found.c.credits, 0)
    detail = func.format(
        "%s account: stands at debits %s, credits %s cents; its transfers make %s and %s",
        Account.kind, Account.debits_posted, Account.credits_posted, debits, credits_,
    )  # fmt: skip
    return (
        select(Account.id, detail)
        .outerjoin(found, found.c.id == Account.id)
        .where(or_(Account.debits_posted != debits, Account.credits_posted != credits_))
        .order_by(Account.id)
    )


def _broken_sequences() -> Select[UUID, str]:
    """Accounts whose transfers are not numbered from one to the last without a gap."""
    found = _by_account().subquery()
    transfers, last = func.coalesce(found.c.transfers, 0), func.coalesce(found.c.last, 0)
    detail = func.format(
        "%s account: has had %s transfers; %s are there, the last is number %s",
        Account.kind, Account.version, transfers, last,
    )  # fmt: skip
    gap = or_(Account.version != transfers, last != transfers, found.c.numbers != transfers, found.c.first != 1)
    return select(Account.id, detail).outerjoin(found, found.c.id == Account.id).where(gap).order_by(Account.id)


def _overdrawn() -> Select[UUID, str]:
    available = Account.credits_posted - Account.debits_posted - Account.debits_pending
    detail = func.format("%s account: holds %s cents", Account.kind, available)
    return select(Account.id, detail).where(Account.guarded, available < 0).order_by(Account.id)


def _off_the_chart() -> Select[UUID, str]:
    """Accounts of a kind that there is not, or whose guard is not that of their kind."""
    guarded = Account.kind.in_([kind.value for kind, entry in CHART.items() if entry.guarded])
    known = Account.kind.in_([kind.value for kind in CHART])
    detail = func.format("is of kind %s, guarded: %s", Account.kind, Account.guarded)
    return select(Account.id, detail).where(or_(~known, Account.guarded != guarded)).order_by(Account.id)


def _orphans() -> Select[UUID, str]:
    """Transfers of accounts that are not there."""
    debit, credit = aliased(Account), aliased(Account)
    return (
        select(Transfer.id, literal("one of its accounts does not exist"))
        .outerjoin(debit, debit.id == Transfer.debit_account_id)
        .outerjoin(credit, credit.id == Transfer.credit_account_id)
        .where(or_(debit.id.is_(None), credit.id.is_(None)))
        .order_by(Transfer.id)
    )


def _wrong_reversals() -> Select[UUID, str]:
    """Reversals that are not the exact opposite of what they reverse."""
    first = aliased(Transfer)
    mirrors = and_(
        first.debit_account_id == Transfer.credit_account_id,
        first.credit_account_id == Transfer.debit_account_id,
        first.amount == Transfer.amount,
    )
    detail = func.format("is not the opposite of transfer %s, which it reverses", Transfer.reverses)
    return (
        select(Transfer.id, detail)
        .outerjoin(first, first.id == Transfer.reverses)
        .where(Transfer.reverses.is_not(None), func.coalesce(mirrors, False).is_(False))
        .order_by(Transfer.id)
    )


def _wrong_holds() -> Select[UUID, str]:
    """Holds whose captured amount is not that of their transfers, or that captured into other accounts."""
    by_hold = (
        select(Transfer.hold_id.label("id"), sum_of(Transfer.amount).label("captured"))
        .join(
            Hold,
            and_(
                Hold.id == Transfer.hold_id,
                Hold.debit_account_id == Transfer.debit_account_id,
                Hold.credit_account_id == Transfer.credit_account_id,
            ),
        )
        .group_by(Transfer.hold_id)
        .subquery()
    )
    captured = func.coalesce(by_hold.c.captured, 0)
    detail = func.format("says %s cents are captured; its transfers make %s", Hold.captured, captured)
    return (
        select(Hold.id, detail)
        .outerjoin(by_hold, by_hold.c.id == Hold.id)
        .where(Hold.captured != captured)
        .order_by(Hold.id)
    )


def _wrong_pending() -> Select[UUID, str]:
    """Accounts that hold back more or less than their pending holds."""
    rest = Hold.amount - Hold.captured - Hold.released
    by_account = (
        select(Hold.debit_account_id.label("id"), sum_of(case((Hold.state == "pending", rest), else_=0)).label("held"))
        .group_by(Hold.debit_account_id)
        .subquery()
    )
    held = func.coalesce(by_account.c.held, 0)
    detail = func.format(
        "%s account: holds back %s cents; its pending holds make %s", Account.kind, Account.debits_pending, held
    )
    return (
        select(Account.id, detail)
        .outerjoin(by_account, by_account.c.id == Account.id)
        .where(Account.debits_pending != held)
        .order_by(Account.id)
    )
