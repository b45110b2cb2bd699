"""Extending a whole batch: asked once, done in parts, and no cent lost between expiry and the later day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from ledger.chart import Kind
from ledger.money import ZERO, Money
from tests.given import TERMS, Town, paris
from tests.till import Paper
from vouchers import extending, lapsing
from vouchers.errors import BatchUnknown, CreditSpent, ExtensionUnderWay, LastDayTooEarly
from vouchers.extending import ExtensionView
from vouchers.facts import vouchers_by_id
from vouchers.lapsing import Lapsed

LAST_DAY = date(2026, 10, 31)
LATER = date(2027, 1, 31)
AFTER = paris("2026-11-02T09:00")


async def ask(town: Town, batch: UUID, last_day: date = LATER) -> ExtensionView:
    return await town.do(
        lambda session: extending.ask(session, batch, last_day=last_day, reason="Grève", actor="op", at=town.at)
    )


async def go_on(town: Town, asked: ExtensionView) -> int:
    """Until it is done; in how many parts it was."""
    parts = 0
    while await town.do(lambda session: extending.go_on(session, asked.id, at=town.at)):
        parts += 1
        assert parts < 50
    return parts


async def last_days(town: Town, papers: list[Paper]) -> set[date]:
    facts = await town.do(lambda session: vouchers_by_id(session, [one.id for one in papers]))
    return {one.last_day for one in facts.values()}


async def test_a_batch_is_extended_in_parts_and_what_had_expired_comes_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extending, "AT_ONCE", 2)
    papers = await town.vouchers(5, last_day=LAST_DAY)
    await town.till.redeem(papers[0], "12,34")
    await town.block(papers[1])
    town.at = AFTER
    assert await town.expire() == 5
    asked = await ask(town, papers[0].batch)
    assert await go_on(town, asked) == 3
    assert await go_on(town, asked) == 0
    assert await last_days(town, papers) == {LATER}
    assert await town.balance(Kind.BREAKAGE) == ZERO
    assert await town.left_on(papers[0]) == Money.of("7,66")
    done = await town.do(lambda session: extending.extension(session, asked.id))
    assert (done.extended, done.refused, done.ended_at) == (5, 0, AFTER)
    assert await town.do(extending.under_way) == []
    assert (await town.audit()).agrees


async def test_an_heir_is_extended_and_what_it_replaced_is_not(town: Town) -> None:
    old = await town.voucher(last_day=LAST_DAY)
    heir = await town.reissue(old)
    assert await go_on(town, await ask(town, old.batch)) == 1
    assert await last_days(town, [heir]) == {LATER}
    assert await last_days(town, [old]) == {LAST_DAY}


async def test_it_is_refused_by_name(town: Town) -> None:
    voucher = await town.voucher(last_day=LAST_DAY)
    with pytest.raises(BatchUnknown):
        await ask(town, voucher.id)
    for early in (LAST_DAY, LAST_DAY - timedelta(days=1)):
        with pytest.raises(LastDayTooEarly):
            await ask(town, voucher.batch, early)
    town.at = paris("2027-02-02T09:00")
    with pytest.raises(LastDayTooEarly):
        await ask(town, voucher.batch)
    asked = await ask(town, voucher.batch, date(2027, 3, 1))
    with pytest.raises(ExtensionUnderWay):
        await ask(town, voucher.batch, date(2027, 4, 1))
    await go_on(town, asked)
    with pytest.raises(LastDayTooEarly):
        await ask(town, voucher.batch, date(2027, 2, 28))


async def test_what_expires_goes_back_to_who_paid_for_it(town: Town) -> None:
    await town.set_terms(replace(TERMS, breakage_to="buyer"), since=date(2026, 1, 1))
    await town.pay_in("10,00", owner=town.funder)
    voucher = await town.voucher(worth="50,00 €", last_day=LAST_DAY)
    await town.top_up(voucher, "10,00")
    await town.till.redeem(voucher, "30,00")
    before = await town.balance(town.buyer)
    town.at = AFTER
    assert await town.expire() == 1
    assert await town.balance(town.buyer) - before == Money.of("-25,00")
    assert await town.balance(town.funder) == Money.of("5,00")
    assert await town.balance(Kind.BREAKAGE) == ZERO
    told = await town.do(lambda session: lapsing.lapsed(session, at=town.at))
    assert told == [Lapsed(date(2026, 11, 1), ZERO, Money.of("25,00"), Money.of("5,00"))]
    assert (await town.audit()).agrees


async def test_what_the_buyer_has_used_since_cannot_come_back(town: Town) -> None:
    await town.set_terms(replace(TERMS, breakage_to="buyer"), since=date(2026, 1, 1))
    used, kept = await town.vouchers(2, worth="20,00 €", last_day=LAST_DAY)
    town.at = AFTER
    await town.expire()
    await town.issue("20,00 €")
    assert await go_on(town, await ask(town, used.batch)) == 1
    (done,) = await town.do(lambda session: extending.extensions_of(session, used.batch))
    assert (done.extended, done.refused) == (1, 1)
    assert sorted([await town.left_on(used), await town.left_on(kept)]) == [ZERO, Money.of("20,00")]
    gone = used if await town.left_on(used) == ZERO else kept
    with pytest.raises(CreditSpent) as refused:
        await town.extend(gone, date(2027, 2, 1))
    assert (refused.value.free, refused.value.needed) == (ZERO, Money.of("20,00"))
    assert (await town.audit()).agrees


async def test_what_expires_soon_is_told_by_month_and_by_batch(town: Town) -> None:
    town.at = paris("2026-10-01T09:00")
    soon = await town.vouchers(2, worth="20,00 €", last_day=LAST_DAY)
    await town.voucher(worth="30,00 €", last_day=date(2026, 12, 31))
    await town.voucher(worth="40,00 €", last_day=date(2027, 10, 1))
    await town.till.redeem(soon[0], "20,00")
    months = await town.do(lambda session: lapsing.by_month(session, at=town.at))
    assert [(f"{one.month:%Y-%m}", one.vouchers, one.left) for one in months] == [
        ("2026-10", 1, Money.of("20,00")), ("2026-12", 1, Money.of("30,00")),
    ]  # fmt: skip
    (first,) = await town.do(lambda session: lapsing.batches_soon(session, at=town.at))
    assert (first.id, first.last_day, first.vouchers, first.left) == (
        soon[0].batch, LAST_DAY, 1, Money.of("20,00"),
    )  # fmt: skip
