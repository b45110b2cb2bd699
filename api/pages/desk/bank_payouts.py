"""What a line of a bank statement can be of payouts, and what somebody decides about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.pages.catalogues import marked
from api.pages.forms import Form
from ledger.money import ZERO, Money
from merchants.bank.queries import EntryView
from merchants.payouts import by_hand, fitting
from merchants.payouts.fitting import Fitting, FittingRun
from merchants.payouts.queries import PayoutView

OFFERED: Final = 8
"""Payouts, and runs, at most."""

MOST_DIGITS: Final = 12
"""Of a sum in cents that is written into a page."""

DEEDS: Final = ("payout", "run")

NO_PAYOUT: Final = marked("Choose a payout.")
FEE_UNTOLD: Final = marked("Tick this box if the difference is a fee of the bank. If it is not, choose another payout.")
NONE_MISSING: Final = marked("Tick the payouts that did not leave.")


@dataclass(frozen=True, slots=True)
class Offered:
    """What a line may be: payouts, runs as a whole, runs but for some, and of the run that is looked at, which."""

    payouts: tuple[Fitting, ...] = ()
    whole: tuple[FittingRun, ...] = ()
    short: tuple[FittingRun, ...] = ()
    run: FittingRun | None = None
    may_miss: tuple[PayoutView, ...] = ()

    @property
    def fees(self) -> bool:
        """Whether one of the payouts is of another amount than the line."""
        return any(one.fee for one in self.payouts)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chose: a payout, with the fee that the page told; or a run, without some of its payouts."""

    payout: UUID | None = None
    fee: Money = ZERO
    run: UUID | None = None
    without: tuple[UUID, ...] = ()
    reason: str = ""


async def offered(session: AsyncSession, entry: EntryView, typed: str, run: UUID | None) -> Offered:
    """What a line that waits may be; ``run`` is the one that somebody looks at, else the one that fits best."""
    if entry.state != "queued":
        return Offered()
    payouts = await fitting.fitting(session, entry.line, typed, limit=OFFERED)
    runs = await fitting.fitting_runs(session, entry.line, limit=OFFERED)
    whole, short = [one for one in runs if not one.missing], [one for one in runs if one.missing]
    looked_at = next((one for one in short if one.run == run), None)
    if looked_at is None and len(short) == 1 and not whole and not payouts:
        looked_at = short[0]
    may_miss = await fitting.may_miss(session, looked_at) if looked_at else []
    return Offered(tuple(payouts), tuple(whole), tuple(short), looked_at, tuple(may_miss))


def chosen(form: Form) -> Chosen | None:
    """What was chosen, as the page sends it: a fault is said beside its field.

    ``payout:<id>:<cents of the fee that was shown>`` or ``run:<id>``; and for a run but for some, ``run`` with
    ``without``.
    """
    if form.shown("do") == "run":
        run, without = form.identifier("run"), [found for one in form.many("without") if (found := _uuid(one))]
        if not without:
            form.say("without", NONE_MISSING)
        return Chosen(run=run, without=tuple(without), reason=form.text("reason", most=by_hand.LONGEST_REASON))
    how, _, rest = form.shown("payout").partition(":")
    name, _, cents = rest.partition(":")
    id_ = _uuid(name)
    if id_ is None:
        form.say("payout", NO_PAYOUT)
        return None
    if how == "run":
        return Chosen(run=id_)
    fee = Money(int(cents)) if cents.isascii() and cents.isdecimal() and len(cents) <= MOST_DIGITS else ZERO
    if fee and not form.ticked("fee"):
        form.say("fee", FEE_UNTOLD)
    return Chosen(payout=id_, fee=fee)


async def decide(
    session: AsyncSession, entry_id: UUID, what: Chosen, *, credit: bool, actor: str, at: datetime
) -> None:
    """Book a line as what was chosen."""
    if what.run is not None:
        await by_hand.run_left(
            session, entry_id, what.run, without=what.without, reason=what.reason, actor=actor, at=at
        )
    elif what.payout is not None:
        deed = by_hand.came_back if credit else by_hand.left
        await deed(session, entry_id, what.payout, fee=what.fee, actor=actor, at=at)


def answer(one: Fitting) -> str:
    """How a payout is sent back."""
    return f"payout:{one.payout.id}:{one.fee.cents}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
