"""Another bank account holds two days after it was asked for, unless somebody calls it off; until then the old one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ledger.ids import new_id
from ledger.wishes import take_wishes
from merchants.errors import IbanInvalid
from merchants.shops import bank_changing, queries, registering
from merchants.shops.bank_changing import WAITS, BankChangeView
from merchants.shops.errors import BankAccountSame, BankChangeOver, BankChangeUnknown
from merchants.shops.queries import ShopView
from tests.given import Town

OLD, NEW, OTHER = "FR7630006000011234567890189", "DE89370400440532013000", "BE68539007547034"
A_SECOND = timedelta(seconds=1)


@pytest.fixture
async def town(town: Town) -> Town:
    """The first shop is paid on the old account."""
    await town.do(
        lambda session: registering.set_bank_account(
            session, town.till.shop, iban=OLD, bic=None, actor="op", at=town.at
        )
    )
    return town


async def ask(town: Town, iban: str = NEW, *, shop: int = 0) -> BankChangeView:
    return await town.do(
        lambda session: bank_changing.ask_change(
            session, town.tills[shop].shop, iban=iban, bic=None, actor="person:x", at=town.at
        )
    )


async def shop_of(town: Town, number: int = 0) -> ShopView:
    return await town.do(lambda session: queries.shop(session, town.tills[number].shop))


async def apply_due(town: Town) -> int:
    return await town.do(lambda session: bank_changing.apply_due(session, at=town.at))


async def test_a_change_holds_after_two_days_and_not_a_second_before(town: Town) -> None:
    asked = await ask(town)
    assert (asked.state, asked.masked, asked.applies_at) == ("waiting", "DE89 •••• •••• 3000", town.at + WAITS)
    town.at += WAITS - A_SECOND
    assert await apply_due(town) == 0
    assert (await shop_of(town)).iban == OLD
    town.at += A_SECOND
    assert await apply_due(town) == 1
    assert await apply_due(town) == 0
    assert (await shop_of(town)).iban == NEW
    event = (await town.do(lambda session: queries.events(session, town.till.shop)))[-1]
    assert (event.what, event.note, event.actor) == ("bank account", "DE89 •••• •••• 3000", "person:x")


async def test_a_change_that_is_called_off_never_holds(town: Town) -> None:
    asked = await ask(town)
    town.at += WAITS - A_SECOND
    for _ in range(2):
        gone = await town.do(lambda session: bank_changing.cancel(session, asked.id, actor="op", at=town.at))
        assert (gone.state, gone.ended_by) == ("cancelled", "op")
    town.at += WAITS
    assert await apply_due(town) == 0
    assert (await shop_of(town)).iban == OLD


async def test_one_that_holds_already_cannot_be_called_off(town: Town) -> None:
    asked = await ask(town)
    town.at += WAITS
    await apply_due(town)
    with pytest.raises(BankChangeOver):
        await town.do(lambda session: bank_changing.cancel(session, asked.id, actor="op", at=town.at))
    assert (await shop_of(town)).iban == NEW


async def test_asking_anew_begins_the_two_days_anew(town: Town) -> None:
    first = await ask(town)
    town.at += WAITS / 2
    await ask(town, OTHER)
    assert (await town.do(lambda session: bank_changing.change(session, first.id))).state == "cancelled"
    town.at += WAITS / 2
    assert await apply_due(town) == 0
    town.at += WAITS / 2
    assert await apply_due(town) == 1
    assert (await shop_of(town)).iban == OTHER


async def test_a_first_account_waits_too(town: Town) -> None:
    await ask(town, shop=1)
    assert await apply_due(town) == 0
    assert (await shop_of(town, 1)).iban is None
    town.at += WAITS
    assert await apply_due(town) == 1
    assert (await shop_of(town, 1)).iban == NEW


async def test_what_is_no_account_or_the_known_one_is_refused_and_tells_no_iban(town: Town) -> None:
    with pytest.raises(IbanInvalid) as wrong:
        await ask(town, NEW[:-1] + "1")
    assert NEW[4:-4] not in str(wrong.value)
    with pytest.raises(BankAccountSame) as same:
        await ask(town, OLD)
    assert OLD not in str(same.value)
    assert await town.do(bank_changing.count_waiting) == 0


async def test_nobody_calls_off_another_shops_change(town: Town) -> None:
    asked = await ask(town)
    for change, shop in ((asked.id, town.tills[1].shop), (new_id(), town.till.shop)):
        with pytest.raises(BankChangeUnknown):
            await town.do(
                lambda session, change=change, shop=shop: bank_changing.cancel(
                    session, change, shop_id=shop, actor="person:y", at=town.at
                )
            )
    assert await town.do(bank_changing.count_waiting) == 1


async def test_each_step_lets_a_letter_be_written(town: Town) -> None:
    async with town.sessions.begin() as session:
        asked = await bank_changing.ask_change(
            session, town.till.shop, iban=NEW, bic=None, actor="person:x", at=town.at
        )
        await bank_changing.cancel(session, asked.id, actor="op", at=town.at)
        await bank_changing.ask_change(session, town.till.shop, iban=NEW, bic=None, actor="person:x", at=town.at)
        await bank_changing.apply_due(session, at=town.at + WAITS)
        told = [dict(one.facts)["what"] for one in take_wishes(session) if one.name == "bank_change_letter"]
    assert told == ["asked", "cancelled", "asked", "applied"]
