"""The proofs: whether everything adds up now, proof by proof, with its number."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from api import clock
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission as P
from api.dependencies import Reading, permitted
from api.rest.types import Currency, Shown, StrictRoute
from ledger.audit import FenceParts
from ledger.money import Money
from vouchers.proving import everything
from vouchers.proving.everything import Conserved, Line, Proof, Proofs
from vouchers.proving.full_audits import Seals
from vouchers.proving.gauges import Gauge
from vouchers.proving.states import State
from vouchers.proving.unmatched import Unmatched, Where

router = APIRouter(tags=["books"], route_class=StrictRoute)


class LineShown(Shown):
    """A proof: ``holds``, to ``watch``, or ``broken``; its number is a sum, a count, or both."""

    proof: Proof
    state: State
    amount: int | None
    count: int | None
    currency: Currency = "EUR"

    @classmethod
    def of(cls, line: Line) -> LineShown:
        """From the domain."""
        return cls(proof=line.proof, state=line.state, amount=_cents(line.amount), count=line.count)


class FenceShown(Shown):
    """What is held at the bank and at Stripe, and what of it is owed to whom; ``short_by`` with buyers' money."""

    bank: int
    stripe: int
    vouchers: int
    shops: int
    funders: int
    payouts_in_transit: int
    buyers: int
    short_by: int

    @classmethod
    def of(cls, parts: FenceParts) -> FenceShown:
        """From the domain."""
        return cls(
            bank=parts.bank.cents, stripe=parts.stripe.cents, vouchers=parts.vouchers.cents, shops=parts.shops.cents,
            funders=parts.funders.cents, payouts_in_transit=parts.transit.cents, buyers=parts.buyers.cents,
            short_by=parts.with_buyers.short_by.cents,
        )  # fmt: skip


class MissingShown(Shown):
    """A batch or a funder that does not agree, and by how much."""

    subject: str
    id: UUID
    missing: int


class ConservedShown(Shown):
    """Whether every cent is accounted for; ``sums`` are of all batches, ``wrong`` names those that do not agree."""

    batches: int
    funders: int
    sums: dict[str, int]
    wrong: list[MissingShown]

    @classmethod
    def of(cls, made: Conserved) -> ConservedShown:
        """From the domain."""
        batches = [MissingShown(subject="batch", id=one.batch, missing=one.missing.cents) for one in made.wrong_batches]
        funders = [
            MissingShown(subject="funder", id=one.funder, missing=one.missing.cents) for one in made.wrong_funders
        ]
        return cls(
            batches=made.batches, funders=made.funders, sums={name: one.cents for name, one in made.sums.items()},
            wrong=[*batches, *funders],
        )  # fmt: skip


class FullAuditShown(Shown):
    """The last audit of the whole books; ``unchanged`` if nothing was posted since, ``books`` a digest (SHA-256)."""

    done_at: datetime
    transfers: int
    accounts: int
    findings: int
    books: str
    unchanged: bool

    @classmethod
    def of(cls, seals: Seals) -> FullAuditShown | None:
        """From the domain."""
        last = seals.last
        if last is None:
            return None
        return cls(
            done_at=last.done_at, transfers=last.transfers, accounts=last.accounts, findings=last.findings,
            books=last.books.hex(), unchanged=seals.unchanged,
        )  # fmt: skip


class GaugeShown(Shown):
    """A gauge of the law: shares in basis points; ``reached_on`` at the pace of the last three months."""

    gauge: str
    state: State
    amount: int
    ceiling: int
    share_bp: int
    warn_bp: int
    alarm_bp: int
    pace: int
    reached_on: date | None
    source: str
    currency: Currency = "EUR"

    @classmethod
    def of(cls, one: Gauge) -> GaugeShown:
        """From the domain."""
        return cls(
            gauge=one.threshold.name, state=one.state, amount=one.amount.cents, ceiling=one.threshold.ceiling.cents,
            share_bp=one.share_bp, warn_bp=one.limits.warn_bp, alarm_bp=one.limits.alarm_bp, pace=one.pace.cents,
            reached_on=one.reached_on, source=one.threshold.source,
        )  # fmt: skip


class UnmatchedShown(Shown):
    """Money that waits: since which day the oldest, for how many days, and how many it may."""

    where: Where
    state: State
    count: int
    amount: int
    since: date | None
    days: int
    patience: int
    oldest: UUID | None
    currency: Currency = "EUR"

    @classmethod
    def of(cls, one: Unmatched) -> UnmatchedShown:
        """From the domain."""
        return cls(
            where=one.where, state=one.state, count=one.count, amount=one.amount.cents, since=one.since, days=one.days,
            patience=one.patience, oldest=one.oldest,
        )  # fmt: skip


class ProofsShown(Shown):
    """All proofs, reckoned now; of the full audit, the last one. ``state`` is the worst of them."""

    state: State
    at: datetime
    currency: Currency = "EUR"
    proofs: list[LineShown]
    ring_fence: FenceShown
    conservation: ConservedShown
    full_audit: FullAuditShown | None
    gauges: list[GaugeShown]
    unmatched: list[UnmatchedShown]

    @classmethod
    def of(cls, found: Proofs) -> ProofsShown:
        """From the domain."""
        return cls(
            state=found.state, at=found.at, proofs=[LineShown.of(one) for one in found.lines],
            ring_fence=FenceShown.of(found.fence), conservation=ConservedShown.of(found.conserved),
            full_audit=FullAuditShown.of(found.seals), gauges=[GaugeShown.of(one) for one in found.gauges],
            unmatched=[UnmatchedShown.of(one) for one in found.unmatched],
        )  # fmt: skip


@router.get("/proofs")
async def read_proofs(_caller: Annotated[Caller, permitted(P.LEDGER_READ)], session: Reading) -> ProofsShown:
    """Ring-fence, conservation, trial balance, last full audit, bank, the gauges of the law, money that waits."""
    return ProofsShown.of(await everything.prove(session, at=await clock.now(session)))


def _cents(amount: Money | None) -> int | None:
    return None if amount is None else amount.cents
