"""What a person says of payouts: a line is one, the bank did not execute it, it is sent to the same account again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Final
from uuid import UUID

import pytest

from ledger.chart import Kind
from ledger.errors import Refusal
from ledger.money import ZERO, Money
from merchants.bank import queries as bank
from merchants.bank.errors import BankEntryDecided
from merchants.bank.queries import EntryView
from merchants.payouts import by_hand, fitting, queries
from merchants.payouts.errors import (
    PayoutAmountDiffers,
    PayoutLineWrongWay,
    PayoutNotCameBack,
    PayoutStandsOtherwise,
    PayoutUnknown,
)
from merchants.payouts.queries import PayoutView
from merchants.payouts.waiting import waiting
from tests.given import Town
from tests.merchants.bank.given import entry, transaction
from tests.merchants.test_payouts_at_the_bank import back, left, lines, paid, read, run_of, states, sums, whole

__all__ = ["paid"]

EACH: Final = Money.of("96,40")
NAMELESS: Final = entry("96.40", way="DBIT", info="VIREMENT SEPA")
CAME: Final = entry("96.40", info="VIREMENT RECU")


async def payouts(town: Town) -> list[PayoutView]:
    (run,) = await town.do(lambda session: queries.runs_page(session, limit=10))
    return await town.do(lambda session: queries.payouts_of(session, run.id))


async def run_id(town: Town) -> UUID:
    (run,) = await town.do(lambda session: queries.runs_page(session, limit=10))
    return run.id


async def queued(town: Town) -> list[EntryView]:
    return await town.do(lambda session: bank.entries_page(session, state="queued", limit=100))


async def say(town: Town, what: Callable[..., Awaitable[None]], *about: object, **more: object) -> None:
    await town.do(lambda session: what(session, *about, actor="person:op", at=town.at, **more))


async def refused(
    town: Town, why: type[Refusal], what: Callable[..., Awaitable[None]], *about: object, **more: object
) -> None:
    with pytest.raises(why):
        await say(town, what, *about, **more)


async def test_a_line_without_a_reference_is_a_payout_that_leaves_and_one_that_comes_back_once(paid: Town) -> None:
    await read(paid, NAMELESS, CAME)
    out, back_ = await queued(paid)
    first, second, _ = await payouts(paid)
    await refused(paid, PayoutStandsOtherwise, by_hand.came_back, back_.id, first.id)
    await refused(paid, PayoutLineWrongWay, by_hand.left, back_.id, first.id)
    await refused(paid, PayoutUnknown, by_hand.left, out.id, out.id)
    await say(paid, by_hand.left, out.id, first.id)
    await refused(paid, BankEntryDecided, by_hand.left, out.id, second.id)
    await say(paid, by_hand.came_back, back_.id, first.id)
    assert await states(paid) == ["returned", "approved", "approved"]
    assert await lines(paid) == ["recorded", "recorded"]
    assert await sums(paid) == (Money.of("192,80"), ZERO, [EACH, ZERO, ZERO])
    run = await run_id(paid)
    told = await paid.do(lambda session: queries.decisions_of(session, run))
    assert [(one.what, one.entry, one.decided_by, one.payouts) for one in told] == [
        ("left", out.id, "person:op", (first.end_to_end_id,)),
        ("back", back_.id, "person:op", (first.end_to_end_id,)),
    ]
    assert (await paid.audit()).agrees


async def test_what_the_bank_keeps_of_a_return_is_its_fee_if_somebody_says_so(paid: Town) -> None:
    await read(paid, left(1), back(1, "91.40"))
    (line,) = await queued(paid)
    first = (await payouts(paid))[0]
    for fee in ("0,00", "4,99", "5,01"):
        await refused(paid, PayoutAmountDiffers, by_hand.came_back, line.id, first.id, fee=Money.of(fee))
    await say(paid, by_hand.came_back, line.id, first.id, fee=Money.of("5,00"))
    assert await sums(paid) == (Money.of("192,80"), Money.of("5,00"), [EACH, ZERO, ZERO])
    assert await paid.balance(Kind.BANK_FEES) == Money.of("5,00")
    assert (await paid.audit()).agrees


async def test_what_a_debit_takes_more_than_its_payout_is_the_banks_fee(paid: Town) -> None:
    await read(paid, left(1, "97.00"), left(2, "96.00"))
    more, less = await queued(paid)
    first, second, _ = await payouts(paid)
    await refused(paid, PayoutAmountDiffers, by_hand.left, less.id, second.id, fee=Money.of("-0,40"))
    await say(paid, by_hand.left, more.id, first.id, fee=Money.of("0,60"))
    assert await sums(paid) == (Money.of("192,80"), Money.of("97,00"), [ZERO] * 3)
    assert await paid.balance(Kind.BANK_FEES) == Money.of("0,60")


async def test_a_debit_for_a_run_but_for_some_owes_these_to_their_shops(paid: Town) -> None:
    await read(paid, whole("192.80"))
    (line,) = await queued(paid)
    run, (first, second, third) = await run_id(paid), await payouts(paid)
    await refused(paid, PayoutAmountDiffers, by_hand.run_left, line.id, run)
    both = (second.id, third.id)
    await refused(paid, PayoutAmountDiffers, by_hand.run_left, line.id, run, without=both, reason="AC04")
    await refused(paid, PayoutUnknown, by_hand.run_left, line.id, run, without=(line.id,), reason="AC04")
    await say(paid, by_hand.run_left, line.id, run, without=(second.id,), reason="AC04")
    assert await states(paid) == ["confirmed", "returned", "confirmed"]
    assert await sums(paid) == (ZERO, Money.of("192,80"), [ZERO, EACH, ZERO])
    await refused(paid, PayoutStandsOtherwise, by_hand.not_executed, run, (first.id,), reason="AC04")
    assert (await paid.audit()).agrees


async def test_what_the_bank_did_not_execute_is_owed_and_the_rest_of_its_run_is_recognised(paid: Town) -> None:
    """As a message of the bank says it (pain.002): no statement ever tells it. The one sum of the rest waited."""
    await read(paid, whole("192.80"))
    run, (_, second, _) = await run_id(paid), await payouts(paid)
    await say(paid, by_hand.not_executed, run, (second.id,), reason="RC01")
    assert await states(paid) == ["confirmed", "returned", "confirmed"]
    assert await lines(paid) == ["recorded"]
    assert await sums(paid) == (ZERO, Money.of("192,80"), [ZERO, EACH, ZERO])
    await refused(paid, PayoutStandsOtherwise, by_hand.not_executed, run, (second.id,), reason="RC01")


async def test_what_came_back_is_sent_to_the_same_account_again_if_somebody_says_that_it_is_right(paid: Town) -> None:
    await read(paid, left(1), back(1))
    (held,) = (await paid.do(waiting)).held_back
    settlement = held.due.settlement
    await say(paid, by_hand.send_again, settlement)
    (due,) = (await paid.do(waiting)).payable
    assert (due.due.settlement, due.due.amount) == (settlement, EACH)
    await refused(paid, PayoutNotCameBack, by_hand.send_again, settlement)
    again = await run_of(paid, date(2026, 11, 5))
    assert (again.count, await sums(paid)) == (1, (Money.of("289,20"), ZERO, [ZERO] * 3))
    twice = back(1).replace("TREIZV-2026-000001", "TREIZV-2026-000002")
    await read(paid, left(1, run=2), twice, number="S-2")
    (held,) = (await paid.do(waiting)).held_back
    assert (held.why, held.due.settlement) == ("came-back", settlement)
    assert (await paid.audit()).agrees


async def test_two_who_decide_at_once_book_a_line_and_a_payout_once(paid: Town) -> None:
    await read(paid, NAMELESS, entry("96.40", way="DBIT", info="VIREMENT SEPA 2"))
    one, other = await queued(paid)
    first, second, _ = await payouts(paid)
    pairs = [(one, first), (one, second), (other, first)]
    tried = await asyncio.gather(
        *(say(paid, by_hand.left, line.id, payout.id) for line, payout in pairs), return_exceptions=True
    )
    booked = [pair for pair, failed in zip(pairs, tried, strict=True) if failed is None]
    assert all(isinstance(one, Refusal) for one in tried if one is not None)
    assert len({line.id for line, _ in booked}) == len({payout.id for _, payout in booked}) == len(booked) > 0
    assert await sums(paid) == (Money.of("289,20") - EACH * len(booked), EACH * len(booked), [ZERO] * 3)


async def test_the_likeliest_payouts_are_offered_first(paid: Town) -> None:
    named = entry("91.40", transaction("91.40", words="retour TREIZV-2026-000001-0002", name="BAR"))
    await read(paid, left(1), left(2), named, NAMELESS, whole("192.80", block="AUTRE"))
    back_, out, batch = await queued(paid)

    async def offered(line: EntryView, typed: str = "") -> list[tuple[str, Money]]:
        found = await paid.do(lambda session: fitting.fitting(session, line.line, typed, limit=8))
        return [(one.payout.end_to_end_id[-4:], one.fee) for one in found]

    assert await offered(back_) == [("0002", Money.of("5,00"))]
    assert await offered(back_, "000001-0001") == [("0001", Money.of("5,00"))]
    assert await offered(out) == [("0003", ZERO)]
    assert await offered(out, "nobody") == []
    assert await paid.do(lambda session: fitting.fitting_runs(session, batch.line, limit=8)) == []
    (run,) = await paid.do(lambda session: fitting.fitting_runs(session, out.line, limit=8))
    assert (run.count, run.total, run.missing) == (1, EACH, ZERO)
    assert await paid.do(lambda session: fitting.may_miss(session, run)) == []
