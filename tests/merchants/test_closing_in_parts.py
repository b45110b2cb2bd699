"""A closing is opened at once and settled in parts: what comes in between changes nothing of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from api.settling import settle, settled
from ledger import ids
from ledger.database import Sessions
from ledger.days import Period
from ledger.money import Money, total
from ledger.wishes import take_wishes
from merchants.payouts.waiting import waiting
from merchants.settlements import accounting, foreseeing, opening, queries, settling
from merchants.settlements.errors import ClosingNotFinished
from merchants.settlements.queries import ClosingView
from merchants.settlements.rounds import Round
from merchants.settlements.settling import Part
from tests.given import TERMS, Paper, Town, paris
from tests.ledger.given import by_hand

OCTOBER, NOVEMBER = Period.month("2026-10"), Period.month("2026-11")


@pytest.fixture
async def spent(town: Town, voucher: Paper) -> Town:
    """Three shops took something in October, which is over."""
    for till, typed in zip(town.tills, ("100,00", "50,00", "25,00"), strict=True):
        await till.redeem(voucher, typed)
    town.at = paris("2026-11-03T09:00")
    return town


async def begin(town: Town, period: Period = OCTOBER) -> ClosingView:
    return await town.do(lambda session: opening.open_closing(session, Round(period), at=town.at))


async def part(town: Town, *, most: int = 1) -> Part | None:
    return await town.do(lambda session: settling.settle_some(session, at=town.at, most=most))


async def closing_of(town: Town, period: Period = OCTOBER) -> ClosingView:
    found = await town.do(lambda session: queries.closing_of(session, period))
    assert found is not None
    return found


async def test_it_is_opened_then_settled_some_shops_at_a_time_then_finished(spent: Town) -> None:
    opened = await begin(spent)
    assert (opened.shops, opened.settlements, opened.finished_at) == (3, 0, None)
    assert await spent.settlements() == []
    assert await part(spent, most=2) == Part(opened.id, 2, 3)
    assert (await closing_of(spent)).finished_at is None
    assert await part(spent, most=2) == Part(opened.id, 3, 3)
    assert (await closing_of(spent)).finished_at == spent.at
    assert await part(spent) is None
    assert (await spent.audit()).agrees


async def test_what_is_recorded_late_between_two_parts_is_in_the_next_settlement(spent: Town, voucher: Paper) -> None:
    await begin(spent)
    await part(spent)
    late = replace(spent, at=paris("2026-10-31T22:00"))
    for till in late.tills:
        await replace(till, town=late).redeem(voucher, "7,00")
    while await part(spent):
        pass
    assert sorted(one.figures.turnover for one in await spent.settlements()) == [
        Money.of("25,00"), Money.of("50,00"), Money.of("100,00"),
    ]  # fmt: skip
    spent.at = paris("2026-12-01T09:00")
    assert (await spent.close(NOVEMBER)).turnover == Money.of("21,00")


async def test_rules_that_change_between_two_parts_and_the_days_that_pass_do_not_count(spent: Town) -> None:
    await begin(spent)
    await part(spent)
    await spent.set_terms(
        replace(TERMS, vat_rate_bp=1_000, number_prefix="OTHER", payment_days=9), since=spent.at.date()
    )
    opened_at, spent.at = spent.at, paris("2027-01-04T09:00")
    while await part(spent):
        pass
    settled = await spent.settlements()
    assert [one.number for one in settled] == [f"TREIZ-2026-00000{number}" for number in (1, 2, 3)]
    assert {one.figures.vat_rate_bp for one in settled} == {2_000}
    assert {(one.issued_on, one.payable_on) for one in settled} == {(date(2026, 11, 3), date(2026, 11, 8))}
    moments = await spent.do(lambda session: session.execute(_PAYOUTS))
    assert set(moments.scalars()) == {opened_at}


_PAYOUTS = text("SELECT effective_at FROM p_treiz.transfers WHERE kind = 'payout'").columns()


async def test_two_who_settle_at_once_settle_each_shop_once(spent: Town) -> None:
    opened = await begin(spent)
    await asyncio.gather(*(settle(spent.sessions, most=1) for _ in range(4)))
    settled = await spent.settlements()
    assert sorted(one.shop for one in settled) == sorted(till.shop for till in spent.tills)
    assert [one.number[-1] for one in settled] == ["1", "2", "3"]
    assert (await closing_of(spent)).settlements == opened.shops
    assert (await spent.audit()).agrees


async def test_to_open_another_finishes_the_one_before(spent: Town, voucher: Paper) -> None:
    await begin(spent)
    await part(spent)
    await spent.till.redeem(voucher, "1,00")
    spent.at = paris("2026-12-01T09:00")
    await begin(spent, NOVEMBER)
    assert (await closing_of(spent)).finished_at == spent.at
    assert (await closing_of(spent, NOVEMBER)).finished_at is None


async def test_the_database_itself_lets_no_two_be_unfinished(spent: Town) -> None:
    await begin(spent)
    with pytest.raises(DBAPIError, match="uq_closings_unfinished"):
        await spent.do(
            lambda session: session.execute(
                text(
                    "INSERT INTO p_treiz.closings (id, first_day, last_day, closed_at)"
                    " VALUES (gen_random_uuid(), '2026-09-01', '2026-09-30', now())"
                )
            )
        )


@pytest.mark.parametrize(
    "change", ["UPDATE p_treiz.closings SET finished_at = now()", "DELETE FROM p_treiz.closing_shops"]
)
async def test_what_is_finished_is_never_changed(spent: Town, change: str) -> None:
    await spent.close(OCTOBER)
    with pytest.raises(DBAPIError):
        await spent.do(lambda session: session.execute(text(change)))


async def test_no_shop_is_paid_before_all_are_settled(spent: Town) -> None:
    await begin(spent)
    await part(spent, most=2)
    found = await spent.do(waiting)
    assert (found.payable, found.held_back) == ((), ())
    await part(spent)
    assert len((await spent.do(waiting)).held_back) == 3


async def test_no_month_is_closed_for_accounts_while_a_closing_of_it_is_under_way(spent: Town) -> None:
    await begin(spent)
    await part(spent)

    async def close(month: Period, at: datetime) -> None:
        await spent.do(lambda session: accounting.close_month(session, month, by="op", at=at))

    later = paris("2026-12-01T09:00")
    await close(OCTOBER, later)
    with pytest.raises(ClosingNotFinished) as refused:
        await close(NOVEMBER, later)
    assert (refused.value.first_day, refused.value.last_day) == (OCTOBER.first_day, OCTOBER.last_day)
    await settle(spent.sessions)
    await close(NOVEMBER, later)


async def test_what_is_foreseen_of_an_opened_closing_is_what_it_settles(spent: Town) -> None:
    opened = await begin(spent)
    chosen = await spent.do(lambda session: settling.waiting(session, opened.id))
    coming = await spent.do(lambda session: foreseeing.preview(session, Round(OCTOBER), at=spent.at, chosen=chosen))
    await settle(spent.sessions)
    settled = await spent.settlements()
    assert coming.paid == total([one.figures.paid for one in settled])
    assert {one.shop.id: one.figures for one in coming.shops} == {one.shop: one.figures for one in settled}


async def test_a_job_is_wished_for_only_while_something_is_left_to_settle(spent: Town) -> None:
    async def wished(period: Period) -> list[str]:
        async with spent.sessions() as session:
            await opening.begin(session, Round(period), at=spent.at)
            return [one.name for one in take_wishes(session)]

    assert await wished(OCTOBER) == ["settle_closing"]
    await spent.close(OCTOBER)
    assert await wished(OCTOBER) == []
    spent.at += timedelta(days=40)
    assert await wished(NOVEMBER) == []


async def test_a_shop_that_a_finished_closing_left_out_is_found_by_the_audit(spent: Town) -> None:
    await begin(spent)
    await part(spent, most=2)
    await spent.do(lambda session: session.execute(text("UPDATE p_treiz.closings SET finished_at = now()")))
    audit = await spent.audit()
    assert [one.id for one in audit.findings] == [spent.tills[2].shop]
    assert "left it out" in audit.findings[0].detail


async def test_a_shop_that_cannot_be_settled_is_named_and_the_others_are_settled(
    spent: Town, owner: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    opened = await begin(spent)
    spoiled = spent.tills[1].shop
    await spoil(owner, spoiled)
    with pytest.raises(ClosingNotFinished):
        await settled(spent.sessions, opened.id)
    assert f"shop {spoiled} cannot be settled" in caplog.text
    assert {one.shop for one in await spent.settlements()} == {till.shop for till in spent.tills} - {spoiled}
    assert (await closing_of(spent)).finished_at is None
    await mend(owner, spoiled)
    assert (await settled(spent.sessions, opened.id)).settlements == 3
    assert (await spent.audit()).agrees


async def test_the_last_settlement_of_a_shop_is_the_last_whatever_the_clock_of_its_host_said(
    spent: Town, voucher: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as ahead:
        ahead.setattr(ids, "uuid7", lambda: UUID(int=uuid7().int + (10**9 << 80)))
        october = await spent.settlements(await spent.close(OCTOBER))
    await spent.till.redeem(voucher, "30,00")
    spent.at = paris("2026-12-01T09:00")
    november = await spent.settlements(await spent.close(NOVEMBER))
    assert max(one.id for one in october) < min(one.id for one in november)
    assert (await spent.audit()).agrees


async def spoil(owner: Sessions, shop: UUID) -> None:
    change = "UPDATE transfers SET document = 'redemption:' || document WHERE credit_account_id = "
    await by_hand(owner, f"{change}'{shop}'")


async def mend(owner: Sessions, shop: UUID) -> None:
    change = "UPDATE transfers SET document = substr(document, 12) WHERE credit_account_id = "
    await by_hand(owner, f"{change}'{shop}'")
