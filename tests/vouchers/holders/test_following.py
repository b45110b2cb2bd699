"""What became of a voucher, as its holder reads it: each movement once, in words that say where the money is."""

from __future__ import annotations

from datetime import timedelta

from ledger.money import Money
from tests.given import Town
from tests.till import Paper
from vouchers.holders import following
from vouchers.holders.following import Movement, SetAside


async def moved(town: Town, voucher: Paper) -> list[Movement]:
    view = await town.view(voucher)
    return await town.do(lambda session: following.movements_of(session, view))


async def aside(town: Town, voucher: Paper) -> list[SetAside]:
    view = await town.view(voucher)
    return await town.do(lambda session: following.set_aside(session, view, at=town.at))


async def test_what_was_spent_given_back_and_added_stands_in_its_order_the_newest_first(town: Town) -> None:
    voucher = await town.voucher(worth="50,00 €")
    await town.pay_in("5,00", owner=town.funder)
    await town.top_up(voucher, "5,00")
    await town.tills[1].redeem(voucher, "17,50")
    town.at += timedelta(hours=1)
    mistake = await town.till.redeem(voucher, "4,90")
    await town.till.undo(mistake)
    found = await moved(town, voucher)
    assert [(one.what, one.who, one.commune, str(one.amount)) for one in found] == [
        ("undone", "Bar Pierre", "Marseille", str(Money.of("4,90"))),
        ("spent", "Fournil Łódź", "Marseille", str(Money.of("17,50"))),
        ("added", "Ville de Marseille", "", str(Money.of("5,00"))),
    ]
    spent = sum(one.amount.cents for one in found if one.what == "spent")
    added = sum(one.amount.cents for one in found if one.what == "added")
    assert (await town.left_on(voucher)).cents == 5_000 + added - spent


async def test_a_new_code_remembers_what_the_old_one_spent_and_says_nothing_of_the_change(town: Town) -> None:
    voucher = await town.voucher(worth="50,00 €")
    receipt = await town.till.redeem(voucher, "10,00")
    town.at += timedelta(minutes=1)
    heir = await town.reissue(voucher)
    await town.till.redeem(heir, "3,00")
    assert [(one.what, one.amount) for one in await moved(town, heir)] == [
        ("spent", Money.of("3,00")), ("spent", Money.of("10,00")),
    ]  # fmt: skip
    await town.undo(receipt)
    assert [one.what for one in await moved(town, heir)] == ["spent", "undone"]


async def test_what_an_online_shop_holds_is_told_until_it_is_captured_or_over(town: Town) -> None:
    voucher = await town.voucher(worth="50,00 €")
    hold = await town.till.hold(voucher, "12,00", lasts=timedelta(hours=1))
    assert await aside(town, voucher) == [SetAside("Bar Pierre", Money.of("12,00"), town.at + timedelta(hours=1))]
    await town.till.capture(hold, "5,00")
    assert [one.amount for one in await aside(town, voucher)] == [Money.of("7,00")]
    assert [one.amount for one in await moved(town, voucher)] == [Money.of("5,00")]
    town.at += timedelta(hours=1)
    assert await aside(town, voucher) == []
