"""The pages of shops in a browser: joined, run and recruited, with the keyboard, at the width of a telephone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import Browser, BrowserContext, FilePayload
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from ledger.days import day_of
from ledger.money import Money
from merchants.joining import inviting, letters
from merchants.joining.charter import VERSION
from merchants.shops import bank_changing, tills
from merchants.shops.queries import ShopView
from merchants.street import profile
from merchants.street.hours import Closure, read_day
from tests.pages.browser import a_page, check_page, pictured
from tests.pages.given import Live
from tests.pages.shopkeeping import IBAN, OTHER_IBAN, PLAINE, Street, a_street
from tests.pages.windows import Window
from vouchers import buyers, codes, issuing, queries, redeeming, undoing
from vouchers.redeeming import Asked, Receipt

STORY: Final = "Le four est du quartier, la farine de Provence.\n\nOn passe pour le pain, on reste pour le café."


@pytest.fixture
async def street(live: Live) -> AsyncIterator[Street]:
    async with a_street(live) as street:
        yield street


async def busy(street: Street, shop: ShopView) -> None:
    """The shop has taken vouchers today, one of them by mistake, says a little of itself, and changes its account."""
    town = await street.live.town()

    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        (till,) = await tills.tills_of(session, shop.id)
        buyer = await buyers.register_buyer(session, buyers.NewBuyer("company", "Savonnerie"), at=at)
        await buyers.pay_in(session, buyer.id, Money.of("500"), at=at)
        new = issuing.NewBatch(buyer.id, Money.of("50"), 10)
        batch = await issuing.issue(session, new, keys=town.keys, actor="op", at=at)
        for number, one in enumerate(await queries.vouchers_page(session, batch=batch, limit=10)):
            code = codes.derive(town.keys.keys[one.facts.key_number], one.facts.id)
            found = UUID(bytes=codes.read(codes.spell(code.typed), town.keys.keys))
            asked = Asked(till.id, found, Money(1_250 + 310 * number))
            (answer,) = await redeeming.redeem_many(session, [asked], at=at)
            assert isinstance(answer, Receipt)
        await undoing.undo(session, answer.redemption, shop=shop.id, actor="op", reason="Erreur", at=at)
        week = [span for day in range(1, 6) for span in read_day(day, "7h-13h, 15h30-19h30")]
        await profile.set_hours(session, shop.id, week=week, note="Le dimanche en décembre", actor="op", at=at)
        closure = Closure(date(2030, 8, 1), date(2030, 8, 21))
        await profile.close_on(session, shop.id, closure, today=day_of(at), actor="op", at=at)
        await bank_changing.ask_change(session, shop.id, iban=OTHER_IBAN, bic=None, actor="op", at=at)

    await street.house.do(work)


def a_photo() -> FilePayload:
    picture = Image.linear_gradient("L").resize((1600, 1200)).convert("RGB")
    ImageDraw.Draw(picture).ellipse((500, 300, 1100, 900), fill="#e3a04a")
    out = BytesIO()
    picture.save(out, "JPEG", quality=100)
    return {"name": "vitrine.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


async def enter(window: Window, context: BrowserContext, live: Live) -> None:
    """Go on in a browser as whoever is signed in without one."""
    (name,) = [one for one in window.cookies if "obole-treiz" in one]
    address = live.address.replace("http:", "https:")
    await context.add_cookies(
        [{"name": name, "value": window.token, "url": address, "secure": True, "sameSite": "Lax"}]
    )


async def test_an_owner_runs_its_shop_in_a_browser(street: Street, browser: Browser) -> None:
    shop = await street.shop(iban=IBAN)
    await busy(street, shop)
    marie = await street.owner_in("marie", shop)
    async with a_page(browser) as watched:
        page = watched.page
        await enter(marie, watched.context, street.live)
        await page.goto(f"{street.live.home}shop")
        await page.get_by_text("10 encaissements").first.wait_for()
        await pictured(watched, "shop-today")
        await page.get_by_role("link", name="Jour par jour").click()
        await page.get_by_role("table").get_by_role("link").first.click()
        await pictured(watched, "shop-takings")
        await page.get_by_role("link", name="Votre page").click()
        await page.get_by_role("textbox", name="Votre métier").fill("Pain au levain depuis 1987")
        await page.get_by_role("textbox", name="Votre histoire").fill(STORY)
        await page.get_by_role("button", name="Enregistrer").first.press("Enter")
        await page.get_by_text("Enregistré.").wait_for()
        await pictured(watched, "shop-story")
        await page.get_by_role("link", name="Horaires", exact=True).click()
        await page.get_by_label("Lundi").fill("jamais")
        await page.get_by_role("button", name="Enregistrer").press("Enter")
        await page.get_by_text("ne se lit pas").first.wait_for()
        watched.forgive("status of 422")
        assert await page.get_by_label("Lundi").input_value() == "jamais"
        await check_page(watched, "shop-hours")
        await page.get_by_role("link", name="Photos").click()
        await page.get_by_label("Photo", exact=True).set_input_files(a_photo())
        await page.get_by_label("Que voit-on dessus ?").fill("Le comptoir et les pains du matin")
        await page.get_by_role("button", name="Ajouter").click()
        await page.get_by_role("img", name="Le comptoir").wait_for()
        await check_page(watched, "shop-photos")
        await page.get_by_role("link", name="Affiches", exact=True).click()
        await pictured(watched, "shop-posters")
        await page.get_by_role("link", name="Compte bancaire", exact=True).click()
        await pictured(watched, "shop-bank")


def a_photo_of_a_telephone(large: Path) -> None:
    """Many pixels that are hard to compress: noise, a tile of which is quickly made."""
    noise, tile = Image.new("L", (3400, 2400)), Image.effect_noise((850, 600), 90)
    for left in range(0, noise.width, tile.width):
        for top in range(0, noise.height, tile.height):
            noise.paste(tile, (left, top))
    noise.convert("RGB").save(large, "JPEG", quality=98)
    assert large.stat().st_size > 8_500_000


async def test_a_photo_of_a_telephone_is_made_smaller_before_it_travels(
    street: Street, browser: Browser, tmp_path: Path
) -> None:
    shop = await street.shop()
    marie = await street.owner_in("marie", shop)
    large = tmp_path / "vitrine.jpg"
    a_photo_of_a_telephone(large)
    async with a_page(browser) as watched:
        page = watched.page
        await enter(marie, watched.context, street.live)
        await page.goto(f"{street.live.home}shop/{shop.id}/photos")
        field = page.get_by_label("Photo", exact=True)
        await field.set_input_files(large)
        await page.wait_for_function("() => document.querySelector('#photo').files[0].name === 'photo.jpg'")
        await page.get_by_label("Que voit-on dessus ?").fill("De la neige")
        await page.get_by_role("button", name="Ajouter").click()
        await page.get_by_role("img", name="De la neige").wait_for()


async def test_a_shop_joins_in_a_browser_without_scripts(street: Street, browser: Browser) -> None:
    await street.know()
    async with a_page(browser, scripts=False, width=390) as watched:
        page = watched.page
        await page.goto(street.live.home)
        await page.get_by_role("link", name="Rejoindre le programme").click()
        await page.get_by_label("Votre SIRET").fill("390 431 310 00031")
        await page.get_by_role("button", name="Continuer").press("Enter")
        await page.get_by_text("Nous connaissons ce SIRET").wait_for()
        await page.get_by_label("IBAN").fill(IBAN)
        await page.get_by_label("Votre nom").fill("Jeanne Roux")
        await page.get_by_label("Votre adresse e-mail").fill("jeanne@plaine.example")
        await page.get_by_role("button", name="Envoyer ma demande").press("Enter")
        await page.get_by_text("Lisez la charte, puis cochez").first.wait_for()
        watched.forgive("status of 422")
        assert await page.get_by_label("IBAN").input_value() == IBAN
        await page.get_by_label(re.compile("J.ai lu la charte")).check()
        await page.get_by_role("button", name="Envoyer ma demande").press("Enter")
        await page.get_by_role("heading", name="Regardez vos e-mails").wait_for()
    await street.post_comes()
    assert street.letters("jeanne@plaine.example")


async def asked_twice(street: Street, shop: ShopView) -> str:
    """A shop was invited, the letter was refused, and it was written to again; another changes its account.

    :returns: the link of the second letter
    """
    manager = await street.house.in_window("ines", "manager")

    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        asked = await inviting.invite(
            session, PLAINE["siret"], email="bar@plaine.example", message="Je passe jeudi.", actor="op", at=at
        )
        await letters.claim(session, asked.id, letter=asked.letter_id, at=at)
        detail = "550 5.1.1 User unknown"
        await letters.settle(session, asked.id, letter=asked.letter_id, outcome="refused", detail=detail, at=at)
        await bank_changing.ask_change(session, shop.id, iban=OTHER_IBAN, bic=None, actor="op", at=at)

    await street.house.do(work)
    listed = await manager.get("/treiz/desk/shops/invitations")
    (one,) = set(re.findall(r"invitations/([0-9a-f-]{36})/remind", listed.text))
    await manager.post(f"/treiz/desk/shops/invitations/{one}/remind", {"email": "contact@plaine.example"})
    await street.post_comes()
    return street.link(street.letters("contact@plaine.example")[0], "join/invited/")


async def applied(street: Street) -> str:
    """A shop whose name is no markup applied.

    :returns: the link that confirms its address
    """
    newcomer = await street.house.window()
    form = {
        "name": "Librairie <b>du Port</b>", "street": "3 quai du Port", "postcode": "13002", "commune": "Marseille",
        "naf": "47.61Z", "iban": IBAN, "person": "Ali Haddad", "email": "ali@port.example", "charter": "yes",
        "charter_version": VERSION,
    }  # fmt: skip
    assert (await newcomer.post("/treiz/join/shop/55210055400013", form)).status_code == 303
    await street.post_comes()
    return street.link(street.letters("ali@port.example")[0], "join/confirm/")


async def test_a_shop_applies_and_is_looked_at_at_the_desk_in_a_browser(street: Street, browser: Browser) -> None:
    await street.know()
    shop = await street.shop(iban=IBAN)
    operator = await street.house.in_window("nadia", "operator")
    link, confirm = await asked_twice(street, shop), await applied(street)
    async with a_page(browser) as watched:
        page = watched.page
        await page.goto(f"{street.live.home}join")
        await pictured(watched, "join")
        await page.goto(f"{street.live.address}{link}")
        await pictured(watched, "join-invited")
        await page.get_by_role("button", name="Nous rejoindre en cinq minutes").click()
        await page.get_by_role("button", name="Envoyer ma demande").click()
        await page.get_by_text("points à corriger").wait_for()
        watched.forgive("status of 422")
        await pictured(watched, "join-form")
        await page.goto(f"{street.live.address}{confirm}")
        await check_page(watched)
        await page.get_by_role("button", name="Confirmer ma demande").press("Enter")
        await page.get_by_text("Votre demande est chez nous").first.wait_for()
        await check_page(watched)

        await enter(operator, watched.context, street.live)
        await page.goto(f"{street.live.home}desk/shops")
        await pictured(watched, "desk-shops")
        await page.get_by_role("link", name="Librairie").click()
        await pictured(watched, "desk-application")
        for path, name in (
            ("desk/shops/invitations", "desk-invitations"), ("desk/shops/invite?q=plaine", "desk-invite"),
            ("desk/shops/bank", "desk-bank-changes"),
        ):  # fmt: skip
            await page.goto(f"{street.live.home}{path}")
            await pictured(watched, name)
