"""The register of shops: opt-in, tills taken out of service one by one, and the real list imported at once."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from ledger import balances
from ledger.chart import Kind
from ledger.ids import new_id
from ledger.money import ZERO
from merchants.errors import BicInvalid, IbanInvalid, IbanOutsideSepa
from merchants.shops import queries, registering, tills
from merchants.shops.checking import NewShop, check_rows, check_shop
from merchants.shops.errors import ShopExists, ShopStatusRefused, ShopUnknown, TillUnknown
from merchants.shops.queries import ShopView, Status
from merchants.shops.reading import read_rows
from tests.given import SHOPS, Town

REAL = Path(__file__).parents[2] / "api" / "demo" / "data" / "shops_13.csv"
OTHER = check_shop({
    "siret": "39043131000031", "sign": "Brasserie de la Plaine", "street": "Rue Saint-Savournin", "postcode": "13005",
    "commune": "Marseille", "naf": "56.30Z",
})  # fmt: skip


async def register(town: Town, new: NewShop = OTHER) -> ShopView:
    return await town.do(lambda session: registering.register(session, new, actor="op", at=town.at))


async def set_status(town: Town, shop: ShopView, status: Status, note: str | None = None) -> ShopView:
    return await town.do(
        lambda session: registering.set_status(session, shop.id, status, actor="op", note=note, at=town.at)
    )


async def test_a_shop_is_registered_as_invited_with_an_account_of_its_own(town: Town) -> None:
    shop = await register(town)
    assert (shop.name, shop.status, shop.registered_at) == ("Brasserie de la Plaine", "invited", town.at)
    assert (shop.siret, shop.postcode, shop.commune) == ("39043131000031", "13005", "Marseille")
    account = await town.do(lambda session: balances.balance(session, shop.id))
    assert (account.kind, account.name, account.balance) == (Kind.SHOP, shop.name, ZERO)
    (event,) = await town.do(lambda session: queries.events(session, shop.id))
    assert (event.what, event.actor, event.at) == ("invited", "op", town.at)


async def test_a_siret_is_registered_once(town: Town) -> None:
    await register(town)
    with pytest.raises(ShopExists) as refused:
        await register(town)
    assert refused.value.siret == OTHER.siret


WAYS = {
    ("invited", "accepted"), ("invited", "left"), ("accepted", "suspended"), ("accepted", "left"),
    ("suspended", "accepted"), ("suspended", "left"), ("left", "invited"),
}  # fmt: skip
PATHS: dict[str, list[Status]] = {
    "invited": [], "accepted": ["accepted"], "suspended": ["accepted", "suspended"], "left": ["left"],
}  # fmt: skip


@pytest.mark.parametrize("way", list(permutations(PATHS, 2)), ids="-".join)
async def test_a_shop_goes_only_where_the_charter_lets_it(town: Town, way: tuple[Status, Status]) -> None:
    shop = await register(town)
    for status in PATHS[way[0]]:
        await set_status(town, shop, status)
    town.at += timedelta(days=1)
    if way in WAYS:
        moved = await set_status(town, shop, way[1])
        assert (moved.status, moved.status_at) == (way[1], town.at)
    else:
        with pytest.raises(ShopStatusRefused) as refused:
            await set_status(town, shop, way[1])
        assert (refused.value.status, refused.value.asked) == way


async def test_what_happened_to_a_shop_is_told_once_with_who_and_why(town: Town) -> None:
    shop = await register(town)
    for note in (None, "again"):
        await set_status(town, shop, "accepted", note)
    await set_status(town, shop, "suspended", "no answer")
    told = await town.do(lambda session: queries.events(session, shop.id))
    assert [(event.what, event.note) for event in told] == [
        ("invited", None), ("accepted", None), ("suspended", "no answer"),
    ]  # fmt: skip


async def test_the_bank_account_is_kept_whole_and_told_masked(town: Town) -> None:
    shop = await register(town)

    async def set_account(iban: str, bic: str | None = None) -> ShopView:
        return await town.do(
            lambda session: registering.set_bank_account(session, shop.id, iban=iban, bic=bic, actor="op", at=town.at)
        )

    kept = await set_account("fr76 3000 6000 0112 3456 7890 189", "agrifrpp")
    assert (kept.iban, kept.bic) == ("FR7630006000011234567890189", "AGRIFRPP")
    told = (await town.do(lambda session: queries.events(session, shop.id)))[-1]
    assert told.what == "bank account"
    assert told.note is not None
    assert told.note.endswith("0189")
    assert "3456" not in told.note
    for iban, bic, refusal in (
        ("FR7630006000011234567890188", None, IbanInvalid),
        ("BR1800360305000010009795493C1", None, IbanOutsideSepa),
        ("FR7630006000011234567890189", "AGRI", BicInvalid),
    ):
        with pytest.raises(refusal):
            await set_account(iban, bic)
    found = await town.do(lambda session: queries.shop(session, shop.id))
    assert found.iban == "FR7630006000011234567890189"


async def test_a_till_is_revoked_once_and_the_first_time_stands(town: Town) -> None:
    second = await town.open_till(town.till.shop, label="Caisse 2")
    first_time = town.at
    for _ in range(2):
        revoked = await town.do(lambda session: tills.revoke_till(session, second.id, at=town.at))
        assert revoked.revoked_at == first_time
        town.at += timedelta(hours=1)
    found = await town.do(lambda session: tills.tills_of(session, town.till.shop))
    assert [(till.label, till.revoked_at) for till in found] == [("Caisse 1", None), ("Caisse 2", first_time)]


async def test_what_is_not_there_is_said_to_be_unknown(town: Town) -> None:
    nobody = new_id()
    with pytest.raises(ShopUnknown):
        await town.open_till(nobody)
    with pytest.raises(ShopUnknown):
        await town.set_status(nobody, "accepted")
    with pytest.raises(TillUnknown):
        await town.do(lambda session: tills.revoke_till(session, nobody, at=town.at))
    assert await town.do(lambda session: queries.shop_by_siret(session, OTHER.siret)) is None


async def imported(town: Town) -> tuple[int, int]:
    """Import the real list.

    :returns: how many entered, and how many faults were found
    """
    rows = read_rows(REAL.read_bytes(), REAL.name)
    known = await town.do(registering.sirets)
    checked = check_rows(rows, known)
    await town.do(lambda session: registering.register_all(session, checked.good, actor="op", at=town.at))
    return len(checked.good), len(checked.bad)


async def test_the_real_list_enters_at_once_as_invited_and_a_second_time_nobody_does(town: Town) -> None:
    already = len(SHOPS) - 1  # the town's first two shops are in the list, its third is not
    good, bad = await imported(town)
    assert (good, bad) == (1453 - already, 4 + already)
    assert await imported(town) == (0, 1457)
    shops = await town.do(lambda session: queries.shops_page(session, status="invited", limit=5_000))
    assert len(shops) == good
    in_marseille = await town.do(lambda session: queries.shops_page(session, commune="Marseille", limit=5_000))
    assert len(in_marseille) == 753 + 1
    accounts = await town.do(lambda session: balances.accounts_page(session, kind=Kind.SHOP, limit=5_000))
    assert {account.id for account in accounts} == {shop.id for shop in shops} | {till.shop for till in town.tills}
    assert (await town.audit()).agrees


async def test_shops_are_found_by_words_and_numbers_and_listed_by_name_page_by_page(town: Town) -> None:
    await imported(town)

    async def found(search: str, **more: Any) -> list[ShopView]:
        return await town.do(lambda session: queries.find_shops(session, search=search, **{"limit": 2_000} | more))

    every = await found("")
    assert len(every) == 1453 + 1
    first = await found("", limit=700)
    assert [one.id for one in first + await found("", after=first[-1].id)] == [one.id for one in every]
    one = every[500]
    assert [one.id for one in await found(one.siret)] == [one.id]
    assert one.id in {other.id for other in await found(f" {one.siret[:9]} ")}
    for typed in (one.name.lower(), f"{one.commune} {one.name}", f"{one.postcode} {one.name[:4]}"):
        assert one.id in {other.id for other in await found(typed)}, typed
    assert {other.postcode for other in await found("13002")} == {"13002"}
    assert await found("%") == every
    assert await found("nulle part ailleurs") == []


async def test_a_list_of_which_one_shop_is_known_enters_not_at_all(town: Town) -> None:
    """Two imports at once: the second finds out when it writes."""
    rows = read_rows(REAL.read_bytes(), REAL.name)
    with pytest.raises(ShopExists):
        await town.do(
            lambda session: registering.register_all(session, check_rows(rows, ()).good, actor="op", at=town.at)
        )
    shops = await town.do(lambda session: queries.shops_page(session, limit=5_000))
    assert [shop.id for shop in shops] == [till.shop for till in town.tills]


async def test_shops_are_read_page_by_page_in_the_order_of_their_registration(town: Town) -> None:
    first = await town.do(lambda session: queries.shops_page(session, limit=2))
    rest = await town.do(lambda session: queries.shops_page(session, after=first[-1].id, limit=2))
    assert [shop.name for shop in (*first, *rest)] == ["Bar Pierre", "Fournil Łódź", "A & B <b>"]
