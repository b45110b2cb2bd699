"""Reading batches and vouchers: what a person is told of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.ids import new_id
from ledger.money import ZERO, Money
from tests.given import Paper, Town, paris
from vouchers import buyers, funders, queries
from vouchers.errors import BatchUnknown, BuyerUnknown, CodeNotRecognised, FunderUnknown, RedemptionUnknown


async def state(town: Town, voucher: Paper) -> str:
    return (await town.view(voucher)).state(town.at)


async def test_a_voucher_tells_its_state(town: Town) -> None:
    live, spent, blocked, lost = await town.vouchers(4, last_day=date(2026, 10, 31))
    future = await town.voucher(valid_from=date(2026, 11, 1))
    await town.till.redeem(spent, "20,00")
    await town.block(blocked)
    heir = await town.reissue(lost)
    everyone = (live, spent, blocked, lost, heir, future)
    assert [await state(town, one) for one in everyone] == [
        "active", "spent", "blocked", "replaced", "active", "not_yet_valid",
    ]  # fmt: skip
    town.at = paris("2026-10-31T23:59:59")
    assert await state(town, live) == "active"
    town.at = paris("2026-11-01T00:00")
    assert [await state(town, one) for one in everyone] == [
        "expired", "expired", "blocked", "replaced", "expired", "active",
    ]  # fmt: skip


async def test_a_voucher_of_which_all_is_held_is_still_active(town: Town) -> None:
    voucher = await town.voucher()
    await town.till.hold(voucher, "20,00")
    view = await town.view(voucher)
    assert (view.state(town.at), view.left, view.available) == ("active", Money.of("20,00"), ZERO)


async def test_a_voucher_is_found_by_its_code(town: Town) -> None:
    voucher = await town.voucher()
    found = await town.do(lambda session: queries.voucher_by_code(session, voucher.code))
    assert found.facts.id == voucher.id
    with pytest.raises(CodeNotRecognised):
        await town.do(lambda session: queries.voucher_by_code(session, new_id()))


async def test_vouchers_are_read_page_by_page_as_issued_then_as_reissued(town: Town) -> None:
    one, two, three = await town.vouchers(3)
    heir = await town.reissue(one)
    page = await town.do(lambda session: queries.vouchers_page(session, batch=one.batch, limit=3))
    assert [view.facts.id for view in page] == [one.id, two.id, three.id]
    rest = await town.do(lambda session: queries.vouchers_page(session, batch=one.batch, after=three.id, limit=3))
    assert [(view.facts.id, view.facts.serial) for view in rest] == [(heir.id, 1)]


async def test_batches_are_read_newest_first_by_buyer(town: Town) -> None:
    other = buyers.NewBuyer("person", "Mme Arnaud")
    another = (await town.do(lambda session: buyers.register_buyer(session, other, at=town.at))).id
    made = [await town.batch("5,00", 2, label=str(number)) for number in range(3)]
    theirs = await town.issue("5,00", 1, buyer=another, on_credit=True)

    async def page(**wanted: object) -> list[object]:
        found = await town.do(lambda session: queries.batches_page(session, **wanted))
        return [batch.id for batch in found]

    assert await page(limit=2) == [theirs, made[2]]
    assert await page(limit=5, after=made[1]) == [made[0]]
    assert await page(limit=5, buyer=another) == [theirs]


async def test_a_batch_is_kept_as_it_was_issued(town: Town) -> None:
    issued = await town.batch("5,00", 3, label="Noël", valid_from=date(2026, 12, 1), last_day=date(2027, 1, 31))
    batch = await town.do(lambda session: queries.batch(session, issued))
    assert replace(batch, id=issued) == queries.BatchView(
        issued, town.buyer, "Noël", Money.of("5,00"), 3, ZERO, ZERO, date(2026, 12, 1), date(2027, 1, 31),
        on_credit=False, issued_by="op", issued_at=town.at,
    )  # fmt: skip


async def test_what_is_not_there_is_said_to_be_unknown(town: Town) -> None:
    nobody = new_id()
    for read, refusal in (
        (queries.batch, BatchUnknown), (queries.redemption, RedemptionUnknown),
        (buyers.buyer, BuyerUnknown), (funders.funder, FunderUnknown),
    ):  # fmt: skip
        with pytest.raises(refusal):
            await town.do(lambda session, read=read: read(session, nobody))
