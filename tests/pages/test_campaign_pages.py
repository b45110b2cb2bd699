"""Campaigns at the desk, without a screen: planned, published, followed, ended, drawn; and joined by a shop itself."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from api import clock
from api.auth.permissions import Role
from api.jobs.campaigns import reward_all
from ledger.money import Money
from tests.given import Town
from tests.pages.desking import hidden
from tests.pages.given import Live
from tests.pages.ordering import a_company, somebody
from tests.pages.streets import Street, a_street, siret
from tests.pages.windows import fault
from tests.till import Till
from vouchers.campaigns import figures, queries
from vouchers.campaigns.promises import Promise, a_draw


@pytest.fixture
async def street(live: Live) -> Street:
    return await a_street(live)


@pytest.fixture
async def desk(street: Street) -> AsyncIterator[httpx.AsyncClient]:
    """The town-centre manager at work."""
    async with (await somebody(street.live, "manager")).client(street.live) as client:
        yield client


def said(answer: httpx.Response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\u00a0", " ").split())


def typed(street: Street, who: Any, **other: str) -> dict[str, str]:
    """The form of a top-up campaign that begins today."""
    return {
        "title": "Tu es l'amour de ma ville", "theme": "Dix pour cent en plus", "story": "Venez.", "motif": "heart",
        "first_day": street.today.isoformat(), "last_day": (street.today + timedelta(days=20)).isoformat(),
        "kind": "top_up", "funder": str(who), "how": "rate", "rate": "10", "budget": "100", "most_per_voucher": "5",
        **other,
    }  # fmt: skip


async def planned(desk: httpx.AsyncClient, street: Street, **other: str) -> str:
    """The address of a campaign that was planned by the form."""
    page = await desk.get("/treiz/desk/campaigns/new")
    form = typed(street, await street.funder(), once=hidden(page.text, "once"), **other)
    answer = await desk.post("/treiz/desk/campaigns/new", data=form)
    assert answer.status_code == 303, fault(answer)
    return answer.headers["location"].partition("?")[0]


async def test_a_manager_plans_picks_shops_and_publishes(desk: httpx.AsyncClient, street: Street) -> None:
    path = await planned(desk, street)
    marseille = {"do": "found", "q": "", "trade": "", "place": "Marseille|13001"}
    listed = {"do": "listed", "sirets": f"{siret(3)[:9]} {siret(3)[9:]}"}
    ticked = {"do": "ticked", "shops": [str(street.shops[4])]}
    leaving = {"do": "leave", "shops": [str(street.shops[0])]}
    for form in (marseille, listed, ticked, leaving):
        assert (await desk.post(f"{path}/shops", data=form)).status_code == 303
    strange = await desk.post(f"{path}/shops", data={"do": "listed", "sirets": siret(60)})
    assert f"n'a ce SIRET : {siret(60)}" in fault(strange).replace("\u00a0", " ")
    assert "Choisissez au moins un commerce" in fault(await desk.post(f"{path}/shops", data={"do": "ticked"}))
    assert "4 commerces participent" in said(await desk.get(f"{path}/shops"))
    assert (await desk.post(path, data={"do": "publish"})).status_code == 303
    page = await desk.get(path)
    assert "En cours" in said(page)
    assert "0,00 € distribués sur 100,00 €" in said(page)
    public = await desk.get("/treiz/campaigns/tu-es-l-amour-de-ma-ville")
    assert "Dix pour cent en plus" in said(public)
    assert "préparée" in said(page)
    assert "Tu es l'amour de ma ville" in said(await desk.get("/treiz/desk/campaigns"))


async def test_a_form_sent_twice_plans_once(desk: httpx.AsyncClient, street: Street) -> None:
    page = await desk.get("/treiz/desk/campaigns/new")
    form = typed(street, await street.funder(), once=hidden(page.text, "once"))
    first, second = [await desk.post("/treiz/desk/campaigns/new", data=form) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert len(await street.do(queries.campaigns)) == 1


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"title": ""}, "Titre : Remplissez ce champ"),
        ({"last_day": "2020-01-01"}, "ne peut pas aller du"),
        ({"rate": "101"}, "Écrivez au plus 100"),
        ({"rate": ""}, "Remplissez ce champ"),
        ({"budget": "beaucoup"}, "Budget : Écrivez un montant en euros"),
        ({"most_per_voucher": "0"}, "Écrivez au moins 0,01 €"),
        ({"funder": "nobody"}, "Choisissez qui paie"),
        ({"kind": "lottery"}, "Choisissez l'une des réponses"),
        ({"kind": "draw", "prizes": "0", "prize": "10"}, "Écrivez au moins 1"),
        ({"motif": "skull"}, "Choisissez l'une des réponses"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    still_live: Live, other: dict[str, str], words: str
) -> None:
    town = await still_live.town()
    async with town.sessions() as session:
        street = Street(still_live, town, await clock.now(session))
    async with (await somebody(still_live, "manager")).client(still_live) as desk:
        page = await desk.get("/treiz/desk/campaigns/new")
        form = typed(street, await street.funder(), once=hidden(page.text, "once"), **other)
        answer = await desk.post("/treiz/desk/campaigns/new", data=form)
        assert words in fault(answer).replace("\u00a0", " ")
        assert "Dix pour cent en plus" in unescape(answer.text)


async def test_what_is_not_paid_in_is_not_promised(desk: httpx.AsyncClient, street: Street) -> None:
    path = await planned(desk, street, budget="500,01")
    answer = await desk.post(path, data={"do": "publish"})
    assert "Le financeur a 500,00 €" in fault(answer).replace("\u00a0", " ")
    form = typed(street, (await _only(street)).promise.funder, budget="500")
    assert (await desk.post(f"{path}/change", data=form)).status_code == 303
    assert (await desk.post(path, data={"do": "publish"})).status_code == 303


async def test_of_a_published_campaign_words_days_and_budget_change_and_no_promise(
    desk: httpx.AsyncClient, street: Street
) -> None:
    path = await planned(desk, street)
    await desk.post(path, data={"do": "publish"})
    page = await desk.get(f"{path}/change")
    assert 'name="rate"' not in page.text
    later = (street.today + timedelta(days=40)).isoformat()
    form = {"title": "Autre", "motif": "sun", "last_day": later, "budget": "200", "rate": "50", "kind": "draw"}
    assert (await desk.post(f"{path}/change", data=form)).status_code == 303
    promise = (await _only(street)).promise
    assert (promise.title, promise.budget, promise.rate_bp, promise.kind) == ("Autre", Money.of("200"), 1_000, "top_up")
    assert promise.last_day.isoformat() == later
    answer = await desk.post(f"{path}/change", data={**form, "budget": "501"})
    assert "Le financeur a 500,00 €" in fault(answer).replace("\u00a0", " ")


async def test_ending_asks_to_be_sure(desk: httpx.AsyncClient, street: Street) -> None:
    path = await planned(desk, street)
    await desk.post(path, data={"do": "publish"})
    assert "Cochez cette case" in fault(await desk.post(path, data={"do": "end"}))
    assert (await desk.post(path, data={"do": "end", "sure_end": "yes"})).status_code == 303
    assert (await _only(street)).promise.last_day == street.today
    assert "n'en est pas là" in fault(await desk.post(path, data={"do": "end", "sure_end": "yes"}))


async def test_only_those_who_plan_campaigns_do(street: Street) -> None:
    made = await street.campaign(await street.top_up())
    path = f"/treiz/desk/campaigns/{made}"
    buyer = await a_company(street.town)
    roles: tuple[tuple[Role, int, int], ...] = (
        ("operator", 200, 200), ("manager", 200, 200), ("accountant", 200, 403), ("buyer", 403, 403),
    )  # fmt: skip
    for role, sees, plans in roles:
        who = await somebody(street.live, role, buyer if role == "buyer" else None, email=f"{role}@ville.example")
        async with who.client(street.live) as client:
            assert (await client.get(path)).status_code == sees, role
            assert (await client.get(f"{path}/shops")).status_code == plans, role
            if plans == 403:
                assert (await client.post(path, data={"do": "publish"})).status_code == 403
                assert (await client.post(f"{path}/shops", data={"do": "found"})).status_code == 403
    async with street.live.client() as stranger:
        assert (await stranger.get(path)).status_code == 303


async def test_a_shop_joins_and_leaves_by_itself_and_by_no_other(street: Street) -> None:
    made = await street.campaign(await street.top_up(), shops=1)
    path = f"/treiz/shop/{street.shops[1]}/campaigns"
    async with (await somebody(street.live, "shop", street.shops[1])).client(street.live) as owner:
        page = await owner.get(path)
        assert "Participer" in said(page)
        for do, among in (("join", True), ("join", True), ("leave", False)):
            assert (await owner.post(path, data={"do": do, "campaign": str(made)})).status_code == 303
            taking = await street.do(lambda session: queries.shops_in(session, made))
            assert (street.shops[1] in taking) == among
        other = f"/treiz/shop/{street.shops[2]}/campaigns"
        assert (await owner.get(other)).status_code == 403
        assert (await owner.post(other, data={"do": "join", "campaign": str(made)})).status_code == 403


async def test_the_job_gives_in_the_morning_and_the_figures_say_so_without_a_name(
    desk: httpx.AsyncClient, street: Street
) -> None:
    town, till = await _bank(street)
    early = Street(street.live, street.town, town.at, street.shops)
    made = await early.campaign(await street.top_up(first_day=street.today - timedelta(days=5)))
    voucher = await town.voucher(worth="50,00 €")
    town.at = street.at - timedelta(days=3)
    await till.redeem(voucher, "20,00")
    for _ in range(2):
        await reward_all(street.live.app.state.installation)
    assert await town.left_on(voucher) == Money.of("32,00")
    page = said(await desk.get(f"/treiz/desk/campaigns/{made}"))
    for words in ("2,00 € distribués sur 200,00 €", "Achats 1", "1 / 4", "Pour chaque euro distribué, 10,00 €"):
        assert words in page, words
    assert "Savonnerie" not in page
    (told,) = await street.do(lambda session: figures.rewards_of(session, voucher.id))
    assert (told.shop, told.amount) == (street.shops[0], Money.of("2,00"))


async def test_a_draw_is_drawn_from_its_page_and_can_be_checked_by_anybody(
    desk: httpx.AsyncClient, street: Street
) -> None:
    town, till = await _bank(street)
    first, last = street.today - timedelta(days=9), street.today - timedelta(days=3)
    sums: Any = a_draw(prizes=2, each=Money.of("10"))
    promise = Promise("Quinzaine", "draw", first, last, funder=await street.funder(), **sums)
    early = Street(street.live, street.town, street.at - timedelta(days=10), street.shops)
    made = await early.campaign(promise)
    town.at = street.at - timedelta(days=5)
    for voucher in await town.vouchers(5):
        await till.redeem(voucher, "5,00")
    path = f"/treiz/desk/campaigns/{made}"
    before = await desk.get("/treiz/campaigns/quinzaine")
    (seal,) = re.findall(r'<p class="code">([0-9a-f]{64})</p>', before.text)
    assert (await desk.get("/treiz/campaigns/quinzaine/draw.csv")).status_code == 404
    assert "Cochez cette case" in fault(await desk.post(path, data={"do": "draw"}))
    assert (await desk.post(path, data={"do": "draw", "sure_draw": "yes"})).status_code == 303
    assert "on ne tire qu'une fois" in fault(await desk.post(path, data={"do": "draw", "sure_draw": "yes"}))
    after = await desk.get("/treiz/campaigns/quinzaine")
    assert seal in after.text
    assert "2 bons ont gagné 10,00 € chacun" in said(after)
    lines = (await desk.get("/treiz/campaigns/quinzaine/draw.csv")).text.splitlines()
    assert lines[0] == "number,day,reference,score,outcome"
    assert [line.rpartition(",")[2] for line in lines[1:]] == ["won", "won", "none", "none", "none"]
    assert "20,00 € distribués sur 20,00 €" in said(await desk.get(path))


async def _only(street: Street) -> queries.CampaignView:
    (found,) = await street.do(queries.campaigns)
    return found


async def _bank(street: Street) -> tuple[Town, Till]:
    """The programme as one who issues vouchers and spends them knows it, ten days ago, with a till in its bakery."""
    served = street.town
    company = await a_company(served)
    town = Town(
        served.sessions, street.live.settings, served.registered.id, served.keys, street.at - timedelta(days=10),
        buyer=company,
    )  # fmt: skip
    return town, await town.open_till(street.shops[0])
