"""Another language in the middle of a form: nothing that was typed is lost, and nothing is done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from typing import Final

import httpx
import pytest
from playwright.async_api import Browser
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import people
from api.engines import Database
from api.settings import Settings
from ledger.money import Money
from tests.pages.browser import a_page
from tests.pages.desking import Busy, Desk, a_busy_desk, a_desk
from tests.pages.given import served
from tests.pages.ordering import SELLING, somebody
from tests.pages.test_companies import TYPED as COMPANY
from tests.pages.test_offering import TYPED as GIFT
from vouchers.orders import drafting, queries
from vouchers.orders.drafting import Line, NewOrder

Typed = dict[str, str]

WRONG: Final = "faux mot de passe"
PLACED: Final = {"do": "order", "method": "transfer", "total": "3090", "key": "k" * 32}
DAY: Final = {"when": "day", "day": "31/02/2027"}


@dataclass
class Page(HTMLParser):
    """What a page's fields hold, and apart from them what its change of language carries on."""

    language: str = ""
    fields: set[tuple[str, str]] = field(default_factory=set)
    carried: list[tuple[str, str]] = field(default_factory=list)
    inside: str = ""
    named: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name, value = told.get("name", ""), told.get("value", "")
        if tag == "html":
            self.language = told["lang"]
        elif tag == "form":
            self.inside = told.get("class", "")
        elif tag in {"textarea", "select"}:
            self.inside, self.named = tag, name
        elif tag == "option" and "selected" in told:
            self.fields.add((self.named, value))
        elif tag == "input" and self.inside == "switch":
            self.carried.append((name, value))
        elif tag == "input" and (told["type"] not in {"radio", "checkbox"} or "checked" in told):
            self.fields.add((name, value))

    def handle_data(self, data: str) -> None:
        if self.inside == "textarea":
            self.fields.add((self.named, data.removeprefix("\n")))
            self.inside = ""


def read(answer: httpx.Response) -> Page:
    page = Page()
    page.feed(answer.text)
    return page


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    """A programme that sells, with a fee and a bank account, and a company that orders."""
    async with served(database, settings, terms=SELLING) as live:
        yield await a_desk(live)


async def test_every_form_that_came_back_is_as_it_was_typed_in_the_other_language(desk: Desk) -> None:
    busy = await a_busy_desk(desk)
    buyer = await somebody(desk.live, "buyer", desk.buyer)
    for who, forms in (
        (None, of_nobody()), (buyer, await of_a_buyer(desk, busy)), (busy.who, await of_an_operator(desk, busy)),
    ):  # fmt: skip
        async with desk.live.client(**(who.header if who else {})) as client:
            for path, typed in forms:
                await switched(client, f"/treiz/{path}", typed)


async def switched(client: httpx.AsyncClient, path: str, typed: Typed) -> None:
    """Send it, then ask for English and for French again: what was typed is there each time."""
    answer = await client.post(path, data=typed)
    assert answer.status_code in {200, 409, 422}, (path, answer.status_code)
    for language in ("en", "fr"):
        sent = read(answer).carried
        assert set(typed.items()) - {("password", WRONG)} <= set(sent), path
        answer = await client.post(path, data=_lists(sent) | {"speak": language})
        page = read(answer)
        assert (page.language, client.cookies["obole-language"]) == (language, language), path
        lost = {(name, value) for name, value in typed.items() if name not in {"do", "password"}} - page.fields
        assert not lost, (path, language)
        assert WRONG not in answer.text


def of_nobody() -> list[tuple[str, Typed]]:
    return [
        ("sign-in", {"email": "marie@", "password": WRONG, "next": "/treiz/people"}),
        ("sign-in/link", {"email": "marie"}),
        ("offer", {**GIFT, "email": "marie@"}),
        ("offer", {**GIFT, "amount": "other", "other": "12,5", **DAY}),
        ("offer", GIFT),
        ("offer", {**GIFT, "do": "change"}),
        ("company/new", {**COMPANY, "siren": "552 100 555"}),
    ]


async def of_a_buyer(desk: Desk, busy: Busy) -> list[tuple[str, Typed]]:
    draft = await a_draft(desk)
    async with desk.town.sessions() as session:
        who = (await queries.beneficiaries_of(session, busy.issued.id))[0]
    return [
        ("account/details", {"name": "x" * 300, "language": "en"}),
        ("company/people", {"buyer": str(desk.buyer), "email": "x@", "name": "Zoé", "language": "en"}),
        ("company", {"buyer": str(desk.buyer), "street": "", "postcode": "1", "commune": "Aix", "vat_number": "FR1",
                     "invoice_email": "é@x.fr"}),
        ("orders/new", {"how": "numbers", "label": "x" * 81, "occasion": "christmas"}),
        (f"{draft}/vouchers", {"quantity-1": "douze", "face-1": "20", "quantity-2": "3", "face-2": "1"}),
        (f"{draft}/people", {"do": "paste", "pasted": "Ada Lovelace", "face": "deux"}),
        (f"{draft}/giving", {"label": "Noël", "message": "é" * 900, "handing": "links", **DAY}),
        (f"orders/{busy.issued.id}/mailings/{who.id}", {"email": "grace@"}),
        (f"orders/{busy.issued.id}/vouchers/{who.voucher}/replace", {"reason": "stolen", "seen": "nothing"}),
    ]  # fmt: skip


async def of_an_operator(desk: Desk, busy: Busy) -> list[tuple[str, Typed]]:
    number = {"once": str(busy.waiting.id)}
    part = {**number, "source": "vouchers", "how": "part", "method": "transfer", "reason": "Deux départs"}
    new = {
        **number,
        "name": "Zoé et fils",
        "siren": "1",
        "vat_number": "",
        "email": "a@",
        "street": "1 rue",
        "city": "",
    }
    return [
        ("people/new", {"email": "x@", "name": "Zoé", "language": "en", "roles": "accountant", "subject": ""}),
        (f"people/{busy.who.person}/offices", {"roles": "buyer", "subject": "Personne"}),
        (f"desk/money/{busy.waiting.id}?amount=1", {**number, "amount": "beaucoup", "reference": "VIR"}),
        (f"desk/credit/{desk.buyer}", {**number, "do": "back", "amount": "1e9", "reference": "VIR"}),
        (f"desk/orders/{busy.waiting.id}/credit", {"reason": "", "understood": "yes"}),
        (f"desk/orders/{busy.waiting.id}/cancel", {"reason": "x" * 500}),
        (f"desk/orders/{busy.issued.id}/refund", {**part, "amount": "rien", "with_fee": "yes"}),
        (f"desk/orders/{busy.issued.id}/refund", {**part, "amount": "10,00"}),
        ("desk/buyers/new", {name: value for name, value in new.items() if name != "city"}),
        (f"desk/buyers/{desk.buyer}/change", {"name": "Savonnerie", "siren": "1", "vat_number": "FR1"}),
    ]


async def a_draft(desk: Desk) -> str:
    async def work(session: AsyncSession, at: datetime) -> str:
        asked = NewOrder(desk.buyer, (Line(1, Money.of("50,00")),))
        return f"orders/{await drafting.start(session, asked, actor='test', at=at)}"

    return await desk.do(work)


async def test_a_form_that_asks_for_its_page_in_another_language_does_nothing(desk: Desk) -> None:
    """What each of these forms does without that field is told by the tests of its page."""
    busy = await a_busy_desk(desk)
    other = await somebody(desk.live, "accountant", email="compta@programme.example")
    looked = {"once": str(busy.who.person), "seen": f"{busy.waiting.missing.cents}:stands", "looked_at": "100"}
    async with busy.who.client(desk.live) as client:
        for path, typed in (
            ("offer", {**GIFT, **PLACED}),
            (f"desk/money/{busy.waiting.id}", {**looked, "amount": "1", "reference": "VIR", "do": "record"}),
            (f"desk/orders/{busy.waiting.id}/cancel", {"reason": "Doublon"}),
            (f"people/{other.person}/disable", {}),
        ):
            answer = await client.post(f"/treiz/{path}", data={**typed, "speak": "en"})
            assert answer.status_code in {200, 303}, path
            assert answer.headers["set-cookie"].startswith("obole-language=en"), path
        forged = await client.post(
            "/treiz/offer", data={**GIFT, "speak": "en"}, headers={"origin": "https://evil.example"}
        )
    assert forged.status_code == 403
    assert await desk.payments(busy.waiting.id) == []
    assert (await desk.order(busy.waiting.id)).status == "awaiting_payment"
    async with desk.town.sessions() as session:
        assert sum((await queries.counted_by_status(session)).values()) == 4
        assert (await people.person(session, other.person)).disabled_at is None


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_guest_changes_the_language_on_both_pages_of_a_gift(
    desk: Desk, browser: Browser, scripts: bool
) -> None:
    async with a_page(browser, scripts=scripts, width=390) as watched:
        page = watched.page
        await page.goto(desk.live.home + "offer")
        await page.get_by_label("Pour qui est-il ?").fill("Marie Curie")
        await page.get_by_label("Son adresse e-mail").fill("marie@amie.example")
        await page.get_by_label("Un petit mot").fill("Bon anniversaire !\nÀ bientôt.")
        if not scripts:  # a script sees also what was not sent yet
            await page.get_by_role("button", name="Voir mon bon").click()
            await page.get_by_role("heading", name="2 points à corriger").wait_for()
        await page.locator(".switch").click()
        await page.get_by_role("heading", name="Offer a voucher").wait_for()
        assert await page.get_by_text("2 things to mend").count() == (0 if scripts else 1)
        watched.forgive("status of 422")
        assert await page.get_by_label("Who is it for?").input_value() == "Marie Curie"
        assert await page.get_by_label("A message").input_value() == "Bon anniversaire !\nÀ bientôt."
        await page.get_by_label("Your name").fill("Camille")
        await page.get_by_label("Your e-mail address").fill("camille@ami.example")
        await page.get_by_role("button", name="See my voucher").click()
        await page.get_by_role("heading", name="Here is your voucher").wait_for()
        await page.get_by_role("button", name="Français").click()
        await page.get_by_role("heading", name="Voici votre bon d'achat").wait_for()
        assert "À bientôt." in await page.locator("main").inner_text()
        await page.get_by_role("button", name="Commander avec obligation de paiement").click()
        await page.get_by_role("status").filter(has_text="Votre commande est passée.").wait_for()


def _lists(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """As a browser sends them: a name may come several times."""
    return {name: [value for one, value in pairs if one == name] for name, _ in pairs}
