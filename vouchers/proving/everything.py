"""All proofs of a programme's money, reckoned now: each with its state and its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from ledger import balances
from ledger.audit import FenceParts, fence_parts
from ledger.balances import TrialLine
from ledger.money import ZERO, Money, total
from merchants.bank.queries import DayBalance, balances_by_day
from vouchers import proofs
from vouchers.proofs import Conservation, FunderConservation
from vouchers.proving import full_audits, gauging, unmatched
from vouchers.proving.full_audits import Seals
from vouchers.proving.gauges import Gauge
from vouchers.proving.states import State, worst
from vouchers.proving.unmatched import Unmatched

Proof = Literal[
    "ring-fence", "conservation", "trial-balance", "audit", "bank", "circulation", "payments", "bank-lines",
    "buyers-credit", "settlements", "payouts", "stripe",
]  # fmt: skip

PROOFS: Final[tuple[Proof, ...]] = (
    "ring-fence", "conservation", "trial-balance", "audit", "bank", "circulation", "payments", "bank-lines",
    "buyers-credit", "settlements", "payouts", "stripe",
)  # fmt: skip
"""In the order in which they are shown."""

BANK_DAYS: Final = 10
"""Days of which the bank's balance is shown."""

FIGURES: Final = (
    "issued", "topped_up", "redeemed", "undone", "returned", "expired", "reinstated", "refunded", "left",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A proof in one line: how it stands, and its number, which is a sum, a count, or both."""

    proof: Proof
    state: State
    amount: Money | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Conserved:
    """Whether every cent of every batch and of every funder is accounted for.

    :param sums: of all batches, by the names of `FIGURES`
    """

    sums: dict[str, Money]
    batches: int
    funders: int
    wrong_batches: tuple[Conservation, ...]
    wrong_funders: tuple[FunderConservation, ...]

    @property
    def missing(self) -> Money:
        """What is not accounted for, too much and too little alike."""
        every = [*(one.missing for one in self.wrong_batches), *(one.missing for one in self.wrong_funders)]
        return total([max(one, -one) for one in every])

    @property
    def state(self) -> State:
        """Broken if one of them does not agree."""
        return "broken" if self.wrong_batches or self.wrong_funders else "holds"


@dataclass(frozen=True, slots=True)
class Trial:
    """The trial balance."""

    lines: tuple[TrialLine, ...]

    @property
    def debits(self) -> Money:
        """Of all accounts."""
        return total([one.debits for one in self.lines])

    @property
    def credits(self) -> Money:
        """Of all accounts."""
        return total([one.credits for one in self.lines])

    @property
    def state(self) -> State:
        """Broken unless both are the same."""
        return "holds" if self.debits == self.credits else "broken"


@dataclass(frozen=True, slots=True)
class Proofs:
    """All of them, as of one moment."""

    at: datetime
    fence: FenceParts
    conserved: Conserved
    trial: Trial
    seals: Seals
    bank: tuple[DayBalance, ...]
    gauges: tuple[Gauge, Gauge]
    unmatched: tuple[Unmatched, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """Each in one line, in the order of `PROOFS`."""
        fence, seals = self.fence.with_buyers, self.seals
        found = seals.last.findings if seals.last else None
        return (
            Line("ring-fence", "holds" if fence.covered else "broken", fence.held - fence.owed),
            Line("conservation", self.conserved.state, self.conserved.missing,
                 len(self.conserved.wrong_batches) + len(self.conserved.wrong_funders)),
            Line("trial-balance", self.trial.state, self.trial.debits - self.trial.credits),
            Line("audit", seals.state, count=found),
            Line("bank", self.bank_state, self.bank[0].difference if self.bank else None),
            *(Line(one.threshold.name, one.state, one.amount) for one in self.gauges),
            *(Line(one.where, one.state, one.amount, one.count) for one in self.unmatched),
        )  # fmt: skip

    @property
    def bank_state(self) -> State:
        """To be watched if the bank and the books differ: what a day's statement tells is recorded the day after."""
        return "watch" if self.bank and self.bank[0].difference else "holds"

    @property
    def state(self) -> State:
        """The worst of them."""
        return worst(one.state for one in self.lines)


async def prove(session: AsyncSession, *, at: datetime) -> Proofs:
    """Reckon everything but the full audit, of which the last one is read. All of it should be of one snapshot."""
    fence = await fence_parts(session)
    return Proofs(
        at=at,
        fence=fence,
        conserved=await conserved(session),
        trial=Trial(tuple(await balances.trial_balance(session))),
        seals=await full_audits.seals(session, at=at),
        bank=tuple(await balances_by_day(session, limit=BANK_DAYS)),
        gauges=await gauging.gauges(session, in_circulation=max(fence.vouchers, ZERO), at=at),
        unmatched=tuple(await unmatched.unmatched(session, at=at)),
    )


async def conserved(session: AsyncSession) -> Conserved:
    """The proof of every batch and of every funder; those that do not agree by name."""
    batches = await proofs.conservation(session)
    funders = await proofs.conservation_of_funders(session)
    return Conserved(
        sums={name: _sum(batches, name) for name in FIGURES},
        batches=len(batches),
        funders=len(funders),
        wrong_batches=tuple(one for one in batches if one.missing),
        wrong_funders=tuple(one for one in funders if one.missing),
    )


def _sum(batches: Sequence[Conservation], name: str) -> Money:
    return total([getattr(one, name) for one in batches])
