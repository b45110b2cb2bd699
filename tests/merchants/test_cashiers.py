"""The cashiers of a shop: added, called otherwise, given a PIN, removed; never another shop's."""

from __future__ import annotations

import pytest

from ledger.ids import new_id
from merchants.shops import cashiers
from merchants.shops.errors import CashierNameMalformed, CashierRemoved, CashierUnknown, ShopUnknown
from tests.given import Town


async def test_a_cashier_is_added_renamed_given_a_pin_and_removed(town: Town) -> None:
    shop = town.till.shop
    async with town.sessions.begin() as session:
        lea = await cashiers.add_cashier(session, shop, name="  Léa   M. ", at=town.at)
        assert (lea.name, lea.has_pin, lea.removed_at) == ("Léa M.", False, None)
        renamed = await cashiers.rename_cashier(session, lea.id, shop_id=shop, name="Léa")
        assert renamed.name == "Léa"
        assert (await cashiers.set_pin(session, lea.id, shop_id=shop, pin_hash="kept")).has_pin
        assert await cashiers.pin_hash_of(session, lea.id) == "kept"
        assert "kept" not in repr(await cashiers.cashier(session, lea.id, shop_id=shop))
        assert not (await cashiers.set_pin(session, lea.id, shop_id=shop, pin_hash=None)).has_pin
        await cashiers.set_pin(session, lea.id, shop_id=shop, pin_hash="kept")
        gone = await cashiers.remove_cashier(session, lea.id, shop_id=shop, at=town.at)
        assert gone.removed_at == town.at
        assert await cashiers.pin_hash_of(session, lea.id) is None
        assert await cashiers.remove_cashier(session, lea.id, shop_id=shop, at=town.at) == gone
        assert await cashiers.cashiers_of(session, shop) == []
        with pytest.raises(CashierRemoved):
            await cashiers.set_pin(session, lea.id, shop_id=shop, pin_hash="again")
        assert (await cashiers.add_cashier(session, shop, name="Léa", at=town.at)).id != lea.id


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x07b", "LÉA"])
async def test_a_name_tells_one_cashier_from_the_others(town: Town, name: str) -> None:
    async with town.sessions.begin() as session:
        await cashiers.add_cashier(session, town.till.shop, name="Léa", at=town.at)
        with pytest.raises(CashierNameMalformed):
            await cashiers.add_cashier(session, town.till.shop, name=name, at=town.at)
        assert await cashiers.add_cashier(session, town.tills[1].shop, name="Léa", at=town.at)


async def test_nobody_reaches_the_cashiers_of_another_shop(town: Town) -> None:
    async with town.sessions.begin() as session:
        lea = await cashiers.add_cashier(session, town.till.shop, name="Léa", at=town.at)
        elsewhere = town.tills[1].shop
        with pytest.raises(CashierUnknown):
            await cashiers.rename_cashier(session, lea.id, shop_id=elsewhere, name="Autre")
        with pytest.raises(CashierUnknown):
            await cashiers.remove_cashier(session, lea.id, shop_id=elsewhere, at=town.at)
        with pytest.raises(ShopUnknown):
            await cashiers.add_cashier(session, new_id(), name="Léa", at=town.at)
