"""A shop's own pages: its owner sees its shop and no other; an account changes slowly; what it says is shown."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from html import unescape
from io import BytesIO
from typing import Final
from uuid import UUID, uuid4

import pytest
from fastapi.routing import iter_route_contexts
from PIL import Image
from pypdfium2 import PdfDocument
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth.permissions import Role
from api.engines import owner_engine
from api.jobs.shops import tend_shops
from merchants.shops import bank_changing, registering
from merchants.shops.bank_changing import WAITS
from merchants.street import photos, profile
from tests.pages.given import Live
from tests.pages.shopkeeping import IBAN, OTHER_IBAN, Street, a_street
from tests.pages.windows import PASSWORD, Window, fault
from tests.scanner import scan

SHOP_ID: Final = "{shop_id}"
OF_A_SHOP: Final = "/{slug:slug}/shop/{"

TABS: Final = (
    "", "takings", "settlements", "tills", "story", "hours", "photos", "posters", "campaigns", "online", "bank",
)  # fmt: skip


@pytest.fixture
async def street(live: Live) -> AsyncIterator[Street]:
    async with a_street(live) as street:
        yield street


def routes(live: Live) -> Iterator[tuple[str, str]]:
    """Every route of one shop's own pages, each parameter but the shop filled in."""
    for route in iter_route_contexts(live.app.routes):
        if (route.path or "").startswith(OF_A_SHOP):
            path = str(route.path).replace("{slug:slug}", "treiz").replace("{kind}", "poster").replace("{form}", "pdf")
            for method in sorted(route.methods or ()):
                yield method, re.sub(r"\{_done(:path)?\}", "cancel", path)


def filled(path: str, shop: UUID) -> str:
    assert SHOP_ID in path
    return re.sub(r"\{\w+\}", str(uuid4()), path.replace(SHOP_ID, str(shop)))


def told(page: str) -> str:
    """What a page says, as a person reads it."""
    main = page[page.index("<main") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).replace("\u00a0", " ").split())


async def test_nobody_opens_another_shops_pages_by_any_route(street: Street) -> None:
    mine, theirs = await street.shop(0), await street.shop(1)
    windows = [await street.owner_in("marie", mine), await street.house.in_window("ines", "manager")]
    windows += [await street.house.in_window("eve", "buyer")]
    every = list(routes(street.live))
    assert len(every) > 40
    for window in windows:
        for method, path in every:
            asked = filled(path, theirs.id)
            answer = await (window.get(asked) if method == "GET" else window.post(asked, {}))
            assert answer.status_code == 403, (method, path, answer.status_code)
    stranger = await street.house.window()
    for method, path in every:
        asked = filled(path, theirs.id)
        answer = await (stranger.get(asked) if method == "GET" else stranger.post(asked, {}))
        assert answer.headers.get("location", "").startswith("/treiz/sign-in"), (method, path)


@pytest.mark.parametrize(
    ("role", "opens"),
    [
        ("accountant", {"", "takings", "settlements"}),
        ("manager", set()),
        ("operator", set(TABS)),
    ],
)
async def test_whoever_runs_the_programme_opens_what_is_theirs(street: Street, role: Role, opens: set[str]) -> None:
    shop = await street.shop()
    window = await street.house.in_window("one", role)
    for path in TABS:
        answer = await window.get(f"/treiz/shop/{shop.id}" + (f"/{path}" if path else ""))
        assert (answer.status_code == 200) == (path in opens), path


async def test_an_owner_is_led_to_its_one_shop_or_chooses(street: Street) -> None:
    first, second = await street.shop(0), await street.shop(1)
    one = await street.house.window()
    await street.owner("un", first)
    assert (await one.signs_in("un@savonnerie.example")).headers["location"] == "/treiz/shop"
    assert (await one.get("/treiz/shop")).headers["location"] == f"/treiz/shop/{first.id}"
    both = await street.owner_in("deux", first, second)
    listed = (await both.get("/treiz/shop")).text
    assert all(f"/treiz/shop/{shop.id}" in listed for shop in (first, second))
    assert (await (await street.house.in_window("eve", "buyer")).get("/treiz/shop")).status_code == 403


async def test_the_pages_of_a_new_shop_say_what_is_left_to_do(street: Street) -> None:
    shop = await street.shop()
    marie = await street.owner_in("marie", shop)
    page = told((await marie.get(f"/treiz/shop/{shop.id}")).text)
    for said in ("Bar Pierre", "0,00 €", "Rien d'encaissé", "Indiquer vos horaires", "Prévision"):
        assert said in page
    for path in ("takings", "takings?month=2020-02", "takings?month=février", "takings?day=2026-01-01", "settlements"):
        assert (await marie.get(f"/treiz/shop/{shop.id}/{path}")).status_code == 200


async def test_hours_are_written_as_on_the_door_and_kept_as_typed_when_they_cannot_be_read(street: Street) -> None:
    shop = await street.shop()
    marie = await street.owner_in("marie", shop)
    at = f"/treiz/shop/{shop.id}"
    wrong = await marie.post(f"{at}/hours", {"day-0": "9h-12h", "day-1": "le matin", "note": "Sauf août"})
    assert "le matin" in fault(wrong)
    assert 'value="9h-12h"' in wrong.text
    week = {"day-0": "9h-12h30, 14h-19h", "day-5": "18h-2h", "note": "Sauf août"}
    assert (await marie.post(f"{at}/hours", week)).status_code == 303
    shown = (await marie.get(f"{at}/hours")).text
    assert 'value="9:00-12:30, 14:00-19:00"' in shown
    assert 'value="18:00-2:00"' in shown

    assert fault(await marie.post(f"{at}/closures", {"first_day": "2027-08-20", "last_day": "2027-08-01"}))
    assert fault(await marie.post(f"{at}/closures", {"first_day": "hier"}))
    assert (await marie.post(f"{at}/closures", {"first_day": "24/12/2030"})).status_code == 303
    assert "24/12/2030" in (await marie.get(f"{at}/hours")).text
    gone = {"first_day": "2030-12-24", "last_day": "2030-12-24"}
    assert (await marie.post(f"{at}/closures/remove", gone)).status_code == 303
    assert "24/12/2030" not in (await marie.get(f"{at}/hours")).text


async def test_a_story_is_shown_as_it_was_written_and_never_as_markup(street: Street) -> None:
    shop = await street.shop()
    marie = await street.owner_in("marie", shop)
    at = f"/treiz/shop/{shop.id}"
    says = {
        "craft": "Pain <b>chaud</b>",
        "story": "Un four.\n\n<script>x</script>",
        "phone": "0491000000",
        "website": "x.fr",
    }
    assert (await marie.post(f"{at}/story", says)).status_code == 303
    kept = await street.house.do(lambda session: profile.profile(session, shop.id))
    assert (kept.craft, kept.phone, kept.website) == ("Pain <b>chaud</b>", "04 91 00 00 00", "https://x.fr")
    page = (await marie.get(f"{at}/story")).text
    assert "<script>x" not in page
    assert "Pain &lt;b&gt;chaud" in page
    wrong = await marie.post(f"{at}/story", {**says, "phone": "rien", "website": "javascript:alert(1)"})
    assert "téléphone" in fault(wrong)
    assert 'value="rien"' in wrong.text


async def test_the_sign_and_the_place_are_judged_as_the_register_does(street: Street) -> None:
    shop = await street.shop()
    marie = await street.owner_in("marie", shop)
    at = f"/treiz/shop/{shop.id}/particulars"
    good = {
        "name": "Chez Pierre", "street": "1 rue Haute", "postcode": "13002", "commune": "marseille", "naf": "56.30Z",
        "position": "43.3, 5.37",
    }  # fmt: skip
    for field, typed in (
        ("postcode", "1300"),
        ("naf", "??"),
        ("name", ""),
        ("position", "ici"),
        ("position", "99.1, 5.3"),
    ):
        assert fault(await marie.post(at, {**good, field: typed})), field
    assert (await marie.post(at, good)).status_code == 303
    now = await street.as_it_is(shop.id)
    assert (now.name, now.street, now.latitude, now.siret, now.email) == (
        "Chez Pierre", "1 rue Haute", 43.3, shop.siret, shop.email,
    )  # fmt: skip


def a_jpeg(side: int = 900) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((side, side)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


async def add_photo(window: Window, at: str, content: bytes, alt: str = "La vitrine", name: str = "a.jpg") -> int:
    answer = await window.client.post(
        f"{at}/photos", data={"alt": alt}, files={"photo": (name, content)},
        headers={"cookie": f"{next(iter(window.cookies))}={window.token}"},
    )  # fmt: skip
    return answer.status_code


async def test_photos_are_redrawn_bounded_and_seen_by_everybody_once_the_shop_is_in(street: Street) -> None:
    shop = await street.shop()
    marie, stranger = await street.owner_in("marie", shop), await street.house.window()
    at = f"/treiz/shop/{shop.id}"
    for content in (b"", b"x", b"<svg onload='x'/>", a_jpeg()[:900]):
        assert await add_photo(marie, at, content) == 422
    enormous = BytesIO()
    Image.new("L", (8_000, 5_000)).save(enormous, "PNG")
    assert await add_photo(marie, at, enormous.getvalue()) == 422
    assert await add_photo(marie, at, a_jpeg(), alt="") == 422
    assert await add_photo(marie, at, a_jpeg(), name='"><script>.jpg') == 303
    (photo,) = (await street.house.do(lambda session: photos.photos_of(session, [shop.id])))[shop.id]
    seen = await stranger.get(f"/treiz/photos/{photo.id}/small.jpg")
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    with Image.open(BytesIO(seen.content)) as image:
        assert image.size == (480, 480)
    assert (await stranger.get(f"/treiz/photos/{photo.id}/huge.jpg")).status_code == 404
    assert (await stranger.get(f"/treiz/photos/{uuid4()}/small.jpg")).status_code == 404

    await street.house.do(lambda session: _leave(session, shop.id))
    assert (await stranger.get(f"/treiz/photos/{photo.id}/small.jpg")).status_code == 404
    assert (await marie.get(f"/treiz/photos/{photo.id}/small.jpg")).status_code == 200
    assert (await marie.post(f"{at}/photos/{photo.id}/remove")).status_code == 303
    assert (await marie.get(f"/treiz/photos/{photo.id}/small.jpg")).status_code == 404


async def _leave(session: AsyncSession, shop: UUID) -> None:
    await registering.set_status(session, shop, "left", actor="op", at=await clock.now(session))


async def test_posters_bear_the_shops_own_code_and_the_name_as_it_is_written(street: Street) -> None:
    shop = await street.shop(2)
    marie = await street.owner_in("marie", shop)
    for kind, codes in (("poster", 1), ("card", 2), ("stickers", 8)):
        answer = await marie.get(f"/treiz/shop/{shop.id}/posters/{kind}.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        sheet = PdfDocument(answer.content)[0]
        read = [one.text for one in scan(sheet.render(scale=150 / 72).to_pil())]
        assert read == [f"{street.live.settings.base_url}/treiz/shops/{shop.siret}"] * codes, kind
        assert "A & B <b>" in sheet.get_textpage().get_text_range()
        assert b"/FontFile2" in answer.content
    assert (await marie.get(f"/treiz/shop/{shop.id}/posters/flag.pdf")).status_code == 404


# Where a shop is paid


async def age(street: Street) -> None:
    """A quarter of an hour passes for everybody who is signed in."""
    async with owner_engine(street.live.database) as engine, engine.begin() as connection:
        await connection.execute(text("UPDATE p_treiz.visits SET proved_at = proved_at - interval '15 minutes'"))


async def test_another_account_is_asked_for_by_who_has_just_signed_in_told_to_the_old_address_and_waits(
    street: Street,
) -> None:
    shop = await street.shop(iban=IBAN)
    marie = await street.owner_in("marie", shop)
    at = f"/treiz/shop/{shop.id}/bank"
    page = (await marie.get(at)).text
    assert "FR76 •••• •••• 0189" in page
    wrong = await marie.post(at, {"iban": OTHER_IBAN[:-1] + "9"})
    assert "IBAN" in fault(wrong)
    assert "n'y a rien à changer" in fault(await marie.post(at, {"iban": IBAN}))
    asked = await marie.post(at, {"iban": "DE89 3704 0044 0532 0130 00"})
    assert asked.headers["location"].endswith("said=bank-asked")
    page = (await marie.get(at)).text
    assert "DE89 •••• •••• 3000" in page
    assert IBAN not in page
    assert OTHER_IBAN not in page
    assert (await street.as_it_is(shop.id)).iban == IBAN

    await street.post_comes()
    for address in ("shop0@port.example", "marie@savonnerie.example"):
        (letter,) = street.letters(address)
        assert "DE89 •••• •••• 3000" in letter.plain
        assert OTHER_IBAN not in letter.plain
        assert street.link(letter, "shop/") == at
    operator = await street.house.in_window("nadia", "operator")
    assert "Comptes bancaires sur le point de changer" in unescape((await operator.get("/treiz/desk")).text)
    listed = await operator.get("/treiz/desk/shops/bank")
    assert "DE89 •••• •••• 3000" in listed.text

    async def two_days_later(session: AsyncSession) -> int:
        return await bank_changing.apply_due(session, at=await clock.now(session) + WAITS)

    assert await street.house.do(two_days_later) == 1
    assert (await street.as_it_is(shop.id)).iban == OTHER_IBAN


async def test_every_minute_accounts_whose_two_days_are_over_hold_and_the_shop_is_told(street: Street) -> None:
    shop = await street.shop(iban=IBAN)
    marie = await street.owner_in("marie", shop)
    await marie.post(f"/treiz/shop/{shop.id}/bank", {"iban": OTHER_IBAN})
    here, town = street.live.app.state.installation, await street.live.town()
    await tend_shops(here, town)
    assert (await street.as_it_is(shop.id)).iban == IBAN
    async with owner_engine(street.live.database) as engine, engine.begin() as connection:
        two_days = "asked_at = asked_at - interval '2 days', applies_at = applies_at - interval '2 days'"
        await connection.execute(text(f"UPDATE p_treiz.bank_changes SET {two_days}"))  # noqa: S608
    await tend_shops(here, town)
    assert (await street.as_it_is(shop.id)).iban == OTHER_IBAN
    await street.post_comes()
    assert "nouveau compte est en place" in street.letters("shop0@port.example")[0].letter.subject


async def test_who_signed_in_a_while_ago_proves_who_they_are_by_password_or_link(street: Street) -> None:
    shop = await street.shop(iban=IBAN)
    marie = await street.owner_in("marie", shop)
    at = f"/treiz/shop/{shop.id}/bank"
    await age(street)
    assert 'name="iban"' not in (await marie.get(at)).text
    refused = await marie.post(at, {"iban": OTHER_IBAN})
    assert refused.headers["location"].endswith("said=prove-first")
    assert fault(await marie.post(f"{at}/prove", {"password": "pas le bon mot de passe"}))
    token = marie.token
    assert (await marie.post(f"{at}/prove", {"password": PASSWORD})).status_code == 303
    assert marie.token != token
    assert 'name="iban"' in (await marie.get(at)).text

    await age(street)
    assert (await marie.post(f"{at}/link")).status_code == 303
    await street.post_comes()
    (letter,) = street.letters("marie@savonnerie.example")
    await marie.post(street.link(letter, "enter/"))
    assert (await marie.post(at, {"iban": OTHER_IBAN})).headers["location"].endswith("said=bank-asked")


async def test_a_visit_that_goes_on_under_a_new_token_proves_nothing(street: Street) -> None:
    """Making a company known begins a new visit; whoever stole a cookie could do that."""
    shop = await street.shop(iban=IBAN)
    marie = await street.owner_in("marie", shop)
    await age(street)
    company = {
        "siren": "552100554", "company": "Savons", "street": "1 rue Haute", "postcode": "13002", "commune": "Marseille",
    }  # fmt: skip
    assert (await marie.post("/treiz/company/new", company)).status_code == 303
    assert 'name="iban"' not in (await marie.get(f"/treiz/shop/{shop.id}/bank")).text


async def test_owner_and_operator_call_a_change_off_a_manager_sees_no_account(street: Street) -> None:
    shop = await street.shop(iban=IBAN)
    marie = await street.owner_in("marie", shop)
    operator = await street.house.in_window("nadia", "operator")
    manager = await street.house.in_window("ines", "manager")
    at = f"/treiz/shop/{shop.id}/bank"
    for window, path in ((marie, f"{at}/cancel"), (operator, "/treiz/desk/shops/bank/cancel")):
        await marie.post(at, {"iban": OTHER_IBAN})
        (waiting,) = await street.house.do(bank_changing.waiting)
        assert (await manager.post("/treiz/desk/shops/bank/cancel", {"change": str(waiting.id)})).status_code == 403
        assert (await window.post(path, {"change": str(waiting.id)})).status_code == 303
        assert await street.house.do(bank_changing.count_waiting) == 0
    assert (await manager.get("/treiz/desk/shops/bank")).status_code == 403
    shops = await manager.get("/treiz/desk/shops")
    assert shops.status_code == 200
    assert "••••" not in shops.text
    await street.post_comes()
    assert len([one for one in street.letters("shop0@port.example") if "annulé" in one.letter.subject]) == 2
