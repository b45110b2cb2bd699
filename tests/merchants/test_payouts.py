"""Paying shops: what waits and what is held back, two people, one file, and no settlement twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from lxml import etree
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from ledger.chart import Kind
from ledger.database import Sessions
from ledger.days import Period
from ledger.ids import new_id
from ledger.money import Money
from merchants.payouts import approving, proposing, queries
from merchants.payouts.credit_transfers import MOST, NAMESPACE
from merchants.payouts.errors import (
    CutOffPassed,
    NothingToPay,
    PayoutFileMissing,
    PayoutRunDecided,
    PayoutRunUnknown,
    PayoutsOutdated,
    ProgrammeAccountMissing,
    SamePerson,
)
from merchants.payouts.queries import PayoutView, RunView
from merchants.payouts.waiting import Due, HeldBack, Payable, Waiting, judge, waiting
from merchants.shops import bank_changing, registering
from merchants.shops.queries import ShopView
from tests.given import OPENED, TERMS, Paper, Town, paris

OCTOBER: Final = Period.month("2026-10")
DAY: Final = date(2026, 11, 4)
IBANS: Final = ("FR7630006000011234567890189", "DE89370400440532013000", "BE68539007547034")
BAR: Final = ShopView(
    UUID(int=1), "39009842400034", "Bar Pierre", None, "55 rue de Forbin", "13002", "Marseille", "13202", "56.30Z",
    "Débits de boissons", None, None, IBANS[1], None, None, None, "accepted", OPENED, OPENED,
)  # fmt: skip
OPERATOR, ACCOUNTANT, KEY = "person:op", "person:acc", f"operator:{UUID(int=7)}"


async def give_account(town: Town, number: int, iban: str) -> None:
    shop = town.tills[number].shop
    await town.do(
        lambda session: registering.set_bank_account(session, shop, iban=iban, bic=None, actor="op", at=town.at)
    )


@pytest.fixture
async def settled(town: Town, voucher: Paper) -> Town:
    """October is closed: three shops are owed money, of which the last has no account."""
    await town.set_terms(replace(TERMS, iban=IBANS[0], bic="AGRIFRPP"), since=date(2026, 1, 1))
    for number in (0, 1):
        await give_account(town, number, IBANS[number])
    for till in town.tills:
        await till.redeem(voucher, "100,00")
    town.at = paris("2026-11-03T09:00")
    await town.close(OCTOBER)
    return town


async def what_waits(town: Town) -> Waiting:
    return await town.do(waiting)


async def propose(town: Town, *, actor: str = OPERATOR, day: date = DAY) -> RunView:
    return await town.do(lambda session: proposing.propose(session, execution_day=day, actor=actor, at=town.at))


async def approve(town: Town, run: RunView, *, actor: str = ACCOUNTANT) -> RunView:
    return await town.do(lambda session: approving.approve(session, run.id, actor=actor, at=town.at))


async def withdraw(town: Town, run: RunView, *, actor: str = OPERATOR) -> RunView:
    return await town.do(lambda session: approving.withdraw(session, run.id, actor=actor, at=town.at))


async def payouts(town: Town, run: RunView) -> list[PayoutView]:
    return await town.do(lambda session: queries.payouts_of(session, run.id))


async def file_of(town: Town, run: RunView) -> bytes:
    return (await town.do(lambda session: queries.file_of(session, run.id))).content


def held(found: Waiting) -> list[tuple[str, str]]:
    return [(one.sign, one.why) for one in found.held_back]


async def test_what_was_settled_is_paid_by_one_file_that_two_people_made(settled: Town) -> None:
    found = await what_waits(settled)
    assert [one.due.amount for one in found.payable] == [Money.of("96,40")] * 2
    assert held(found) == [("A & B <b>", "no-account")]
    transit = await settled.balance(Kind.TRANSIT)
    proposed = await propose(settled)
    assert (proposed.number, proposed.count, proposed.total) == ("TREIZV-2026-000001", 2, Money.of("192,80"))
    assert (proposed.state, proposed.execution_day) == ("proposed", DAY)
    told = await payouts(settled, proposed)
    assert [one.creditor for one in told] == ["Bar Pierre", "Fournil Lodz"]
    assert [one.masked for one in told] == ["FR76 •••• •••• 0189", "DE89 •••• •••• 3000"]
    assert [one.end_to_end_id for one in told] == ["TREIZV-2026-000001-0001", "TREIZV-2026-000001-0002"]
    with pytest.raises(PayoutFileMissing):
        await file_of(settled, proposed)
    settled.at += timedelta(hours=1)
    approved = await approve(settled, proposed)
    assert (approved.state, approved.approved_by, approved.approved_at) == ("approved", ACCOUNTANT, settled.at)
    file = etree.fromstring(await file_of(settled, approved))
    names = [one.text for one in file.iterfind(f".//{{{NAMESPACE}}}Cdtr/{{{NAMESPACE}}}Nm")]
    assert names == [one.creditor for one in told]
    remittances = [one.text for one in file.iterfind(f".//{{{NAMESPACE}}}Ustrd")]
    assert remittances == [f"{one.settlement_number} Treiz'Local" for one in told]
    assert await settled.balance(Kind.TRANSIT) == transit
    assert (await settled.audit()).agrees


@pytest.mark.parametrize("actor", [OPERATOR, KEY])
async def test_nobody_approves_what_they_proposed(settled: Town, actor: str) -> None:
    run = await propose(settled, actor=actor)
    with pytest.raises(SamePerson):
        await approve(settled, run, actor=actor)
    assert (await approve(settled, run)).state == "approved"


async def test_the_file_is_made_once_and_is_the_same_each_time(settled: Town) -> None:
    run = await approve(settled, await propose(settled))
    first = await file_of(settled, run)
    await give_account(settled, 0, IBANS[2])
    settled.at += timedelta(days=3)
    assert await approve(settled, run) == run
    assert await file_of(settled, run) == first
    with pytest.raises(PayoutRunDecided):
        await approve(settled, run, actor="person:third")
    with pytest.raises(PayoutRunDecided):
        await withdraw(settled, run)


async def test_a_withdrawn_run_frees_its_settlements_and_keeps_its_number(settled: Town) -> None:
    before = await what_waits(settled)
    first = await propose(settled)
    assert (await what_waits(settled)).payable == ()
    gone = await withdraw(settled, first)
    assert (gone.state, gone.withdrawn_by, gone.withdrawn_at) == ("withdrawn", OPERATOR, settled.at)
    assert await withdraw(settled, first, actor=ACCOUNTANT) == gone
    with pytest.raises(PayoutRunDecided):
        await approve(settled, first)
    assert await what_waits(settled) == before
    second = await propose(settled)
    assert second.number == "TREIZV-2026-000002"
    assert (await approve(settled, second)).state == "approved"
    assert await settled.do(queries.count_proposed) == 0


async def test_what_was_held_back_comes_into_a_later_run(settled: Town) -> None:
    await approve(settled, await propose(settled))
    with pytest.raises(NothingToPay) as refused:
        await propose(settled)
    assert refused.value.held_back == 1
    await give_account(settled, 2, IBANS[2])
    run = await propose(settled)
    assert (run.number, run.count, run.total) == ("TREIZV-2026-000002", 1, Money.of("96,40"))
    # `<` and `>` are no signs of a transfer, nor is `&`.
    assert [one.creditor for one in await payouts(settled, run)] == ["A + B .b."]


async def test_two_who_propose_at_once_do_not_pay_a_shop_twice(settled: Town) -> None:
    made = await asyncio.gather(
        *(propose(settled, actor=f"person:{number}") for number in range(4)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in made) == ["NothingToPay"] * 3 + ["RunView"]
    runs = await settled.do(lambda session: queries.runs_page(session, limit=9))
    assert [one.number for one in runs] == ["TREIZV-2026-000001"]


async def test_a_shop_whose_account_is_about_to_change_waits_until_it_holds(settled: Town) -> None:
    shop = settled.tills[0].shop
    asked = await settled.do(
        lambda session: bank_changing.ask_change(
            session, shop, iban=IBANS[2], bic=None, actor="person:x", at=settled.at
        )
    )
    assert ("Bar Pierre", "account-changing") in held(await what_waits(settled))
    assert (await propose(settled)).count == 1
    settled.at = asked.applies_at
    await settled.do(lambda session: bank_changing.apply_due(session, at=settled.at))
    run = await propose(settled, day=date(2026, 11, 6))
    assert [one.masked for one in await payouts(settled, run)] == ["BE68 •••• •••• 7034"]


@pytest.mark.parametrize("change", ["account", "asked", "suspended"])
async def test_a_run_is_out_of_date_when_a_shop_of_it_changed_before_it_was_approved(
    settled: Town, change: str
) -> None:
    run, shop = await propose(settled), settled.tills[0].shop
    if change == "account":
        await give_account(settled, 0, IBANS[2])
    elif change == "asked":
        await settled.do(
            lambda session: bank_changing.ask_change(
                session, shop, iban=IBANS[2], bic=None, actor="person:x", at=settled.at
            )
        )
    else:
        await settled.set_status(shop, "suspended")
    with pytest.raises(PayoutsOutdated) as refused:
        await approve(settled, run)
    assert refused.value.shops == ("Bar Pierre",)
    assert (await withdraw(settled, run)).state == "withdrawn"


async def test_a_day_is_judged_again_when_the_run_is_approved(settled: Town) -> None:
    run = await propose(settled, day=date(2026, 11, 3))
    settled.at = paris("2026-11-03T11:00")
    with pytest.raises(CutOffPassed):
        await approve(settled, run)
    with pytest.raises(CutOffPassed):
        await propose(settled, day=date(2026, 11, 3))


async def test_a_programme_without_an_account_pays_nobody(settled: Town) -> None:
    run = await propose(settled)
    await settled.set_terms(TERMS, since=date(2026, 11, 1))
    for attempt in (propose(settled), approve(settled, run)):
        with pytest.raises(ProgrammeAccountMissing):
            await attempt
    with pytest.raises(PayoutRunUnknown):
        await settled.do(lambda session: queries.run(session, new_id()))
    with pytest.raises(PayoutRunUnknown):
        await settled.do(lambda session: approving.withdraw(session, new_id(), actor=OPERATOR, at=settled.at))


@pytest.mark.parametrize(
    ("facts", "changing", "cents", "why"),
    [
        ({}, False, 1, ""),
        ({"status": "left"}, False, MOST.cents, ""),
        ({"bic": "COBADEFFXXX"}, False, 1, ""),
        ({"legal_name": "SARL Pierre"}, False, 1, ""),
        ({"iban": None}, False, 1, "no-account"),
        ({"iban": "DE89370400440532013001"}, False, 1, "account-invalid"),
        ({"iban": "TN5910006035183598478831"}, False, 1, "outside-sepa"),
        ({"bic": "NOBANK"}, False, 1, "account-invalid"),
        ({}, True, 1, "account-changing"),
        ({"iban": None}, True, 1, "account-changing"),
        ({"status": "suspended"}, True, 1, "suspended"),
        ({"name": "寿司"}, False, 1, "name-not-sendable"),
        ({}, False, MOST.cents + 1, "too-much"),
    ],
)
def test_each_reason_for_which_a_settlement_is_held_back(
    facts: dict[str, Any], changing: bool, cents: int, why: str
) -> None:
    shop = replace(BAR, **facts)
    found = judge(Due(new_id(), "TREIZ-2026-000001", shop.id, Money(cents), DAY), shop, changing=changing)
    assert isinstance(found, HeldBack if why else Payable)
    assert getattr(found, "why", "") == why
    if isinstance(found, Payable):
        assert found.to.name == (shop.legal_name or shop.name)


async def test_the_database_itself_keeps_runs_as_they_were_decided(settled: Town, owner: Sessions) -> None:
    run = await approve(settled, await propose(settled))
    again = (
        "INSERT INTO p_treiz.payouts (id, run_id, settlement_id, shop_id, creditor, iban, amount, end_to_end_id)"
        " SELECT gen_random_uuid(), run_id, settlement_id, shop_id, creditor, iban, amount, 'another'"
        " FROM p_treiz.payouts LIMIT 1"
    )
    await refused_by(settled.sessions, IntegrityError, [again])
    await refused_by(settled.sessions, ProgrammingError, ["UPDATE p_treiz.payouts SET iban = 'x'",
                                                          "DELETE FROM p_treiz.payout_runs"])  # fmt: skip
    changes = (
        "UPDATE p_treiz.payout_runs SET file = 'x'", "UPDATE p_treiz.payout_runs SET state = 'proposed'",
        "DELETE FROM p_treiz.payouts", "TRUNCATE p_treiz.payouts CASCADE",
    )  # fmt: skip
    await refused_by(owner, DBAPIError, changes)
    assert await settled.do(lambda session: queries.run(session, run.id)) == run


async def refused_by(sessions: Sessions, error: type[DBAPIError], changes: Sequence[str]) -> None:
    for change in changes:
        with pytest.raises(error):
            async with sessions.begin() as session:
                await session.execute(text(change))
