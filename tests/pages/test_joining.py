"""How shops come in by pages: they apply, are invited, decline; and whoever recruits them answers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import offices, people
from merchants.joining import applying, inviting, letters
from merchants.joining import invitations as reading
from merchants.joining.charter import VERSION
from merchants.joining.invitations import InvitationView
from merchants.shops.queries import ShopView, shop_by_siret
from tests.pages.given import Live
from tests.pages.shopkeeping import IBAN, PLAINE, Street, a_street
from tests.pages.test_shop_pages import told
from tests.pages.windows import Window, fault

SIRET: Final = PLAINE["siret"]
FORM: Final = {
    "name": "Brasserie de la Plaine", "street": "12 rue Saint-Savournin", "postcode": "13005", "commune": "Marseille",
    "naf": "56.30Z", "iban": IBAN, "person": "Jeanne Roux", "email": "jeanne@plaine.example", "charter": "yes",
    "charter_version": VERSION,
}  # fmt: skip


@pytest.fixture
async def street(live: Live) -> AsyncIterator[Street]:
    async with a_street(live) as street:
        yield street


async def shop_of(street: Street, siret: str = SIRET) -> ShopView | None:
    return await street.house.do(lambda session: shop_by_siret(session, siret))


async def apply(street: Street, window: Window, **more: str) -> None:
    """Apply and confirm."""
    sent = await window.post(f"/treiz/join/shop/{SIRET}", {**FORM, **more})
    assert sent.headers["location"] == "/treiz/join/sent"
    await street.post_comes()
    link = street.link(street.letters(more.get("email", FORM["email"]))[0], "join/confirm/")
    assert (await window.get(link)).status_code == 200
    assert (await window.post(link)).status_code == 200


async def test_a_known_siret_fills_the_form_in_and_what_is_wrong_is_said_beside_its_field(street: Street) -> None:
    await street.know()
    window = await street.house.window()
    assert "SIRET" in fault(await window.post("/treiz/join", {"siret": "123"}))
    found = await window.post("/treiz/join", {"siret": "390 431 310 00031"})
    assert found.headers["location"] == f"/treiz/join/shop/{SIRET}"
    form = await window.get(found.headers["location"])
    assert 'value="Brasserie de la Plaine"' in form.text
    assert "registre public" in form.text
    for field, typed in (
        ("name", ""), ("postcode", "1300"), ("naf", "bar"), ("iban", IBAN[:-1] + "0"), ("person", "https://x.fr/"),
        ("email", "jeanne"), ("charter", ""), ("commune", "Paris"), ("iban", ""),
    ):  # fmt: skip
        typed_in = {name: value for name, value in {**FORM, field: typed}.items() if value}
        answer = await window.post(f"/treiz/join/shop/{SIRET}", typed_in)
        assert fault(answer), field
        assert f'id="{field}-fault"' in answer.text, field
    assert (await window.get("/treiz/join/shop/123")).headers["location"] == "/treiz/join"
    assert await shop_of(street) is None


async def test_an_unknown_siret_is_typed_by_hand_and_looked_at_closer(street: Street) -> None:
    window, manager = await street.house.window(), await street.house.in_window("ines", "manager")
    assert "un peu plus près" in (await window.get(f"/treiz/join/shop/{SIRET}")).text
    await apply(street, window)
    (waiting,) = await street.house.do(
        lambda session: applying.applications_page(session, states=("waiting",), limit=9)
    )
    assert not waiting.in_register
    shown = unescape((await manager.get(f"/treiz/desk/shops/applications/{waiting.id}")).text)
    assert "Le registre ne connaît pas ce SIRET" in shown
    assert "compte bancaire" not in shown.lower()
    assert "0189" not in shown


async def test_whoever_is_in_or_on_the_way_is_told_kindly_and_sees_nobodys_address(street: Street) -> None:
    await street.know()
    inside = await street.shop(0)
    window = await street.house.window()
    await apply(street, window)
    for siret, said in ((inside.siret, "déjà des nôtres"), (SIRET, "est chez nous")):
        for answer in (
            await window.get(f"/treiz/join/shop/{siret}"), await window.post(f"/treiz/join/shop/{siret}", FORM),
        ):  # fmt: skip
            assert answer.status_code == 409
            assert said in answer.text
            assert "@port.example" not in answer.text
            assert "jeanne@" not in answer.text


async def test_an_application_is_declined_with_a_reason_that_the_shop_reads(street: Street) -> None:
    await street.know()
    window, manager = await street.house.window(), await street.house.in_window("ines", "manager")
    await apply(street, window)
    overview = told((await manager.get("/treiz/desk/shops")).text)
    assert "Brasserie de la Plaine" in overview
    (waiting,) = await street.house.do(
        lambda session: applying.applications_page(session, states=("waiting",), limit=9)
    )
    at = f"/treiz/desk/shops/applications/{waiting.id}"
    assert fault(await manager.post(f"{at}/decline", {"reason": " "}))
    assert (await manager.post(f"{at}/decline", {"reason": "Hors du <b>périmètre</b>"})).status_code == 303
    assert fault(await manager.post(f"{at}/accept"))
    await street.post_comes()
    letter = street.letters(FORM["email"])[0]
    assert "Hors du <b>périmètre</b>" in letter.plain
    assert "<b>périmètre" not in letter.html
    shop = await shop_of(street)
    assert shop is not None
    assert (shop.status, shop.iban) == ("left", None)


async def test_only_who_recruits_opens_the_pages_of_recruiting(street: Street) -> None:
    shop = await street.shop()
    windows = [await street.owner_in("marie", shop), await street.house.in_window("eve", "buyer")]
    windows.append(await street.house.in_window("paul", "accountant"))
    one = "01a20000-0000-7000-8000-000000000000"
    for window in windows:
        for path in ("", "/silent", "/invite", "/invitations", f"/applications/{one}"):
            assert (await window.get(f"/treiz/desk/shops{path}")).status_code == 403
        for path in (
            "/invite",
            f"/invitations/{one}/remind",
            f"/applications/{one}/accept",
            f"/applications/{one}/decline",
        ):
            assert (await window.post(f"/treiz/desk/shops{path}", {"reason": "x"})).status_code == 403
    manager = await street.house.in_window("ines", "manager")
    assert (await manager.signs_in("ines@savonnerie.example")).headers["location"] == "/treiz/desk/shops"
    assert "1 commerce est au programme" in told((await manager.get("/treiz/desk/shops/silent")).text)


async def invited(street: Street) -> InvitationView:
    (found,) = await street.house.do(lambda session: reading.invitations_page(session, limit=9))
    return found


async def invite(street: Street, window: Window, email: str = "bar@plaine.example") -> str:
    """Invite the establishment by pages.

    :returns: the path of the letter's link
    """
    form = {"q": "plaine", "siret": SIRET, f"email-{SIRET}": email, "message": "Je passe jeudi."}
    asked = await window.post("/treiz/desk/shops/invite", form)
    assert asked.headers["location"] == "/treiz/desk/shops/invitations?said=shops-invited"
    await street.post_comes()
    return street.link(street.letters(email)[0], "join/invited/")


async def test_shops_are_found_by_who_runs_the_programme_and_opened_as_far_as_each_may(street: Street) -> None:
    inside, outside = await street.shop(0), await street.shop(1, status="invited")
    operator, manager = (
        await street.house.in_window("nadia", "operator"),
        await street.house.in_window("ines", "manager"),
    )
    for window, opens in ((operator, f"/treiz/shop/{inside.id}"), (manager, f"/treiz/shops/{inside.siret}")):
        listed = (await window.get("/treiz/desk/shops/all")).text
        assert f'<a href="{opens}">' in listed
        assert (await window.get(opens)).status_code == 200
        assert "Pas encore accepté" in told(listed)
        assert f"/shops/{outside.siret}" not in listed
        one = told((await window.get(f"/treiz/desk/shops/all?q={outside.siret}")).text)
        assert outside.name in one
        assert inside.name not in one
        none = (await window.get("/treiz/desk/shops/all?q=<xyz>")).text
        assert "Aucun commerce ne correspond" in told(none)
        assert "<xyz>" not in none
    assert (await (await street.house.in_window("eve", "buyer")).get("/treiz/desk/shops/all")).status_code == 403


async def test_a_shop_is_invited_reads_the_letter_and_joins_by_its_link(street: Street) -> None:
    await street.know()
    manager, window = await street.house.in_window("ines", "manager"), await street.house.window()
    found = await manager.get("/treiz/desk/shops/invite?q=plaine+savournin")
    assert "Brasserie de la Plaine" in found.text
    assert fault(
        await manager.post("/treiz/desk/shops/invite", {"q": "plaine", "siret": SIRET, f"email-{SIRET}": "non"})
    )
    assert fault(await manager.post("/treiz/desk/shops/invite", {"q": "plaine", "siret": SIRET, f"email-{SIRET}": ""}))
    link = await invite(street, manager)
    assert "Je passe jeudi." in street.letters("bar@plaine.example")[0].plain
    assert (await invited(street)).standing == "sent"

    assert "Je passe jeudi." in (await window.get(link)).text
    assert (await invited(street)).standing == "sent"  # whoever only looks, a program above all, changes nothing
    on = await window.post(link)
    assert (await invited(street)).standing == "opened"
    page = await window.get(on.headers["location"])
    assert 'value="bar@plaine.example"' in page.text
    assert 'value="Brasserie de la Plaine"' in page.text
    assert (await window.post(on.headers["location"], FORM)).headers["location"] == "/treiz/join/sent"
    await street.post_comes()
    assert (await window.post(street.link(street.letters(FORM["email"])[0], "join/confirm/"))).status_code == 200
    assert (await invited(street)).standing == "accepted"
    (waiting,) = await street.house.do(
        lambda session: applying.applications_page(session, states=("waiting",), limit=9)
    )
    assert "vient de votre invitation" in (await manager.get(f"/treiz/desk/shops/applications/{waiting.id}")).text
    assert "Déjà invité" not in (await manager.get("/treiz/desk/shops/invite?q=plaine")).text
    assert "A fait sa demande" in (await manager.get("/treiz/desk/shops/invite?q=plaine")).text


async def test_one_click_declines_and_the_list_says_why(street: Street) -> None:
    await street.know()
    manager, window = await street.house.in_window("ines", "manager"), await street.house.window()
    link = await invite(street, manager)
    assert "Merci" in (await window.post(f"{link}/decline", {"reason": "Pas <maintenant>"})).text
    listed = await manager.get("/treiz/desk/shops/invitations")
    assert "Pas &lt;maintenant&gt;" in listed.text
    assert "Relancer" not in told(listed.text)
    again = await manager.post("/treiz/desk/shops/invite", {"q": "x", "siret": SIRET, f"email-{SIRET}": "a@b.example"})
    assert "réinvité à partir du" in fault(again)
    assert (await window.get(link)).status_code == 200  # the door stays open
    assert (await window.post(link)).status_code == 303


async def test_a_letter_that_came_back_is_sent_again_to_a_better_address(street: Street) -> None:
    await street.know()
    manager = await street.house.in_window("ines", "manager")
    first = await invite(street, manager)
    asked = await invited(street)
    soon = await manager.post(f"/treiz/desk/shops/invitations/{asked.id}/remind", {"email": ""})
    assert "7 jours" in fault(soon)
    await street.house.do(lambda session: letters.bounced(session, asked.letter_id, detail="550 5.1.1 unknown"))
    listed = await manager.get("/treiz/desk/shops/invitations")
    assert "550 5.1.1 unknown" in listed.text
    better = {"email": "contact@plaine.example"}
    assert (await manager.post(f"/treiz/desk/shops/invitations/{asked.id}/remind", better)).status_code == 303
    await street.post_comes()
    (letter,) = street.letters("contact@plaine.example")
    assert "Toujours bienvenus" in letter.letter.subject
    window = await street.house.window()
    for link in (first, street.link(letter, "join/invited/")):
        assert (await window.get(link)).status_code == 200


async def test_links_that_are_over_or_never_were_open_nothing(street: Street) -> None:
    await street.know()
    manager, window = await street.house.in_window("ines", "manager"), await street.house.window()
    link = await invite(street, manager)
    await window.post(f"/treiz/join/shop/{SIRET}", FORM)
    await street.post_comes()
    confirm = street.link(street.letters(FORM["email"])[0], "join/confirm/")
    for wrong in (f"{link}x", "/treiz/join/invited/" + "a" * 43, confirm.replace("confirm", "invited"),
                  link.replace("invited", "confirm")):  # fmt: skip
        assert (await window.get(wrong)).status_code == 410
        assert (await window.post(wrong)).status_code == 410

    async def expire(session: AsyncSession) -> None:
        await inviting.expire_due(session, at=await clock.now(session) + inviting.LASTS)

    await street.house.do(expire)
    assert (await window.post(link)).status_code == 410


async def test_so_many_applications_from_one_place_wait(street: Street) -> None:
    await street.know()
    window = await street.house.window()
    for _ in range(3):
        assert (await window.post(f"/treiz/join/shop/{SIRET}", FORM)).status_code == 303
    assert "60 minutes" in fault(await window.post(f"/treiz/join/shop/{SIRET}", FORM), 429)


async def test_who_is_known_already_keeps_their_name_and_gets_the_shop_beside_what_they_have(street: Street) -> None:
    await street.know()
    inside = await street.shop(0)
    owner = await street.owner("marie", inside)
    window, manager = await street.house.window(), await street.house.in_window("ines", "manager")
    await apply(street, window, email=owner.email, person="Quelqu'un d'autre")
    (waiting,) = await street.house.do(
        lambda session: applying.applications_page(session, states=("waiting",), limit=9)
    )
    assert (await manager.post(f"/treiz/desk/shops/applications/{waiting.id}/accept")).status_code == 303
    held = (await street.house.do(lambda session: offices.offices_of(session, [owner.id])))[owner.id]
    assert [one.role for one in held] == ["shop", "shop"]
    assert (await street.house.do(lambda session: people.person(session, owner.id))).name == "Marie"


async def test_the_charter_is_there_for_everybody_in_both_languages(street: Street) -> None:
    french, english = await street.house.window(), await street.house.window(**{"accept-language": "en"})
    one, other = (await french.get("/treiz/join/charter")).text, (await english.get("/treiz/join/charter")).text
    assert VERSION in one
    assert "centime près" in one
    assert "to the cent" in other
    assert not re.search("centime près", other)
