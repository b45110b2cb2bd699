"""What the bank's statement says of payouts: they leave once, come back once, and are sent again elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.chart import Kind
from ledger.days import Period
from ledger.money import ZERO, Money
from merchants.bank import queries as bank
from merchants.payouts import approving, proposing, queries
from merchants.payouts.queries import RunView
from merchants.payouts.waiting import waiting
from merchants.shops import registering
from tests.given import TERMS, Paper, Town, paris
from tests.merchants.bank.given import ACCOUNT, document, entry, file, statement, transaction
from vouchers.orders import bank_matching

IBANS: Final = ("FR7630006000011234567890189", "DE89370400440532013000", "BE68539007547034")
ELSEWHERE: Final = "NL91ABNA0417164300"
OCTOBER: Final = Period.month("2026-10")
NUMBERS: Final = count(10)


async def account(town: Town, number: int, iban: str) -> None:
    shop = town.tills[number].shop
    await town.do(
        lambda session: registering.set_bank_account(session, shop, iban=iban, bic=None, actor="op", at=town.at)
    )


@pytest.fixture
async def paid(town: Town, voucher: Paper) -> Town:
    """Three shops are owed 96,40 € each for October, and the run that pays them is approved."""
    await town.set_terms(replace(TERMS, iban=ACCOUNT), since=date(2026, 1, 1))
    for number, iban in enumerate(IBANS):
        await account(town, number, iban)
    for till in town.tills:
        await till.redeem(voucher, "100,00")
    town.at = paris("2026-11-03T09:00")
    await town.close(OCTOBER)
    await run_of(town, date(2026, 11, 4))
    return town


async def run_of(town: Town, day: date) -> RunView:
    made = await town.do(lambda session: proposing.propose(session, execution_day=day, actor="one", at=town.at))
    return await town.do(lambda session: approving.approve(session, made.id, actor="other", at=town.at))


async def read(town: Town, *entries: str, number: str = "S-1") -> None:
    content = document(statement(*entries, number=number))
    await town.do(lambda session: bank_matching.take(session, file(content), actor="op", at=town.at))


async def states(town: Town) -> list[str]:
    runs = await town.do(lambda session: queries.runs_page(session, limit=10))
    return [one.state for run in runs[::-1] for one in await town.do(lambda s, run=run: queries.payouts_of(s, run.id))]


async def lines(town: Town) -> list[str]:
    return [one.state for one in await town.do(lambda session: bank.entries_page(session, limit=100))]


def left(number: int, amount: str = "96.40", *, run: int = 1) -> str:
    return entry(amount, transaction(amount, end_to_end=f"TREIZV-2026-00000{run}-000{number}"), way="DBIT")


def back(number: int, amount: str = "96.40", *, how: str = "reason") -> str:
    """Told by its reason, as a reversal of the debit, or by the code of the entry alone."""
    told = transaction(amount, end_to_end=f"TREIZV-2026-000001-000{number}", returned="AC04" if how == "reason" else "")
    written = entry(amount, told, reversal=how == "reversal")
    return written.replace("<Cd>RCDT</Cd><SubFmlyCd>ESCT", "<Cd>ICDT</Cd><SubFmlyCd>RRTN") if how == "code" else written


def whole(amount: str, *, block: str = "TREIZV-2026-000001") -> str:
    """A run that the bank books as one sum, and does not tell apart."""
    return entry(amount, way="DBIT", batch=3).replace("<NbOfTxs>", f"<PmtInfId>{block}</PmtInfId><NbOfTxs>")


async def sums(town: Town) -> tuple[Money, Money, list[Money]]:
    """What is in transit, what left the bank, and what shops are owed."""
    bank_, transit = await town.balance(Kind.BANK), await town.balance(Kind.TRANSIT)
    return transit, Money.of("10000,00") - bank_, [await town.balance(till.shop) for till in town.tills]


async def test_what_left_is_taken_out_of_transit_once(paid: Town) -> None:
    assert await sums(paid) == (Money.of("289,20"), ZERO, [ZERO] * 3)
    await read(paid, left(1), left(2), left(3))
    await read(paid, left(1), left(2), left(3))
    assert await states(paid) == ["confirmed"] * 3
    assert await lines(paid) == ["recorded"] * 3
    assert await sums(paid) == (ZERO, Money.of("289,20"), [ZERO] * 3)
    assert (await paid.audit()).agrees


async def test_what_became_last_of_each_settlement_is_told_with_the_day_on_which_it_left(paid: Town) -> None:
    every = {one.id for one in await paid.settlements()}

    async def told() -> list[tuple[str, date | None]]:
        found = await paid.do(lambda session: queries.latest_of(session, every))
        return [(found[one].state, found[one].left_on) for one in sorted(every)]

    assert await told() == [("approved", None)] * 3
    await read(paid, left(1), left(2), back(2))
    states_, days = zip(*await told(), strict=True)
    assert states_ == ("confirmed", "returned", "approved")
    assert days[0] is not None
    assert days[2] is None
    await account(paid, 1, ELSEWHERE)
    await run_of(paid, date(2026, 11, 5))
    assert [state for state, _ in await told()] == ["confirmed", "approved", "approved"]


@pytest.mark.parametrize("told", ["as one sum", "each"])
async def test_a_run_that_is_booked_as_one_sum_left_as_a_whole(paid: Town, told: str) -> None:
    each = [transaction("96.40", end_to_end=f"TREIZV-2026-000001-000{number}") for number in (1, 2, 3)]
    await read(paid, whole("289.20") if told == "as one sum" else entry("289.20", *each, way="DBIT"))
    assert await states(paid) == ["confirmed"] * 3
    assert await sums(paid) == (ZERO, Money.of("289,20"), [ZERO] * 3)
    assert (await paid.audit()).agrees


async def test_what_comes_back_is_owed_again_and_sent_to_another_account(paid: Town) -> None:
    await read(paid, whole("289.20"), back(2))
    assert await states(paid) == ["confirmed", "returned", "confirmed"]
    assert await sums(paid) == (ZERO, Money.of("192,80"), [ZERO, Money.of("96,40"), ZERO])
    (held,) = (await paid.do(waiting)).held_back
    assert (held.why, held.due.amount) == ("came-back", Money.of("96,40"))
    await account(paid, 1, ELSEWHERE)
    again = await run_of(paid, date(2026, 11, 5))
    assert (again.count, again.total) == (1, Money.of("96,40"))
    assert await sums(paid) == (Money.of("96,40"), Money.of("192,80"), [ZERO] * 3)
    await read(paid, left(1, run=2), number="S-2")
    assert await states(paid) == ["confirmed", "returned", "confirmed", "confirmed"]
    assert await sums(paid) == (ZERO, Money.of("289,20"), [ZERO] * 3)
    assert (await paid.audit()).agrees


@pytest.mark.parametrize(
    "doubtful",
    [
        left(1, "96.41"), back(1), whole("289.19"), whole("289.20", block="TREIZV-2026-000009"),
        entry("96.40", transaction("96.40", end_to_end="TREIZV-2026-000001-0001")),
        entry("96.40", transaction("96.40", words="TREIZV-2026-000001-0001"), way="DBIT"),
        entry("96.40", transaction("96.40", end_to_end="TREIZV-2026-000001-0001"), way="DBIT", status="PDNG"),
        entry("96.40", transaction("96.40", end_to_end="TREIZV-2026-000001-0001"), way="DBIT", currency="USD"),
    ],
    ids=[
        "another amount", "back before it left", "a cent less", "another run", "money that came", "in words only",
        "not booked", "dollars",
    ],
)  # fmt: skip
async def test_what_is_doubtful_is_left_to_a_person(paid: Town, doubtful: str) -> None:
    await read(paid, doubtful)
    assert await states(paid) == ["approved"] * 3
    assert await sums(paid) == (Money.of("289,20"), ZERO, [ZERO] * 3)
    assert "recorded" not in await lines(paid)


async def test_a_run_of_which_one_transfer_left_does_not_leave_again_as_a_whole(paid: Town) -> None:
    await read(paid, left(1), whole("289.20"), left(1))
    assert await states(paid) == ["confirmed", "approved", "approved"]
    assert await sums(paid) == (Money.of("192,80"), Money.of("96,40"), [ZERO] * 3)


@pytest.mark.parametrize("how", ["reason", "reversal", "code"])
async def test_what_came_back_is_booked_however_the_bank_tells_it(paid: Town, how: str) -> None:
    await read(paid, left(2), back(2, how=how))
    assert await states(paid) == ["approved", "returned", "approved"]
    assert await lines(paid) == ["recorded", "recorded"]
    assert await sums(paid) == (Money.of("192,80"), ZERO, [ZERO, Money.of("96,40"), ZERO])


async def test_a_reversed_credit_is_no_payout_that_left(paid: Town) -> None:
    await read(paid, left(1).replace("<Sts>", "<RvslInd>true</RvslInd><Sts>"))
    assert await states(paid) == ["approved"] * 3


async def test_what_comes_back_waits_for_the_line_that_says_that_it_left(paid: Town) -> None:
    """The newest line first, or the later day's file first."""
    await read(paid, back(1), left(1), back(2), number="S-2")
    assert await states(paid) == ["returned", "approved", "approved"]
    await read(paid, left(2), left(3), number="S-1")
    assert await states(paid) == ["returned", "returned", "confirmed"]
    assert await lines(paid) == ["recorded"] * 5
    assert await sums(paid) == (ZERO, Money.of("96,40"), [Money.of("96,40")] * 2 + [ZERO])
    assert (await paid.audit()).agrees


told = st.lists(st.sampled_from(["left 1", "left 2", "left 3", "back 1", "back 2", "back 3", "whole"]), max_size=8)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(stories=st.lists(told, min_size=1, max_size=3))
async def test_whatever_statements_say_transit_bank_and_shops_add_up(paid: Town, stories: list[list[str]]) -> None:
    """In any order and however often, over any number of statements; of one run, or of what is left of it."""
    written = {"whole": whole("289.20")}
    written |= {f"left {n}": left(n) for n in (1, 2, 3)} | {f"back {n}": back(n) for n in (1, 2, 3)}
    for story in stories:
        await read(paid, *(written[one] for one in story), number=f"S-{next(NUMBERS)}")
    became = await states(paid)
    each = Money.of("96,40")
    owed = [each if state == "returned" else ZERO for state in became]
    assert await sums(paid) == (each * became.count("approved"), each * became.count("confirmed"), owed)
    assert (await paid.audit()).agrees
