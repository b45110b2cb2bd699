"""A rule of use on pages: made at the desk, chosen for an order, told to a holder, at the till and at a checkout."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from ledger.money import Money
from tests.given import Town
from tests.pages.desking import hidden
from tests.pages.given import Live
from tests.pages.ordering import somebody
from tests.pages.tilling import Counter, a_counter, present, take, words
from tests.pages.windows import fault
from tests.till import Paper
from vouchers.orders import drafting, queries
from vouchers.orders.drafting import Line, NewOrder
from vouchers.rules import queries as rules
from vouchers.rules.queries import RuleView

NEW = "/treiz/desk/rules/new"


@pytest.fixture
async def counter(live: Live) -> AsyncIterator[Counter]:
    """Two shops, each with a till."""
    async with a_counter(live, shops=2) as counter:
        yield counter


@pytest.fixture
async def desk(live: Live) -> AsyncIterator[httpx.AsyncClient]:
    """Who runs the programme."""
    async with (await somebody(live, "operator")).client(live) as client:
        yield client


async def made(desk: httpx.AsyncClient, town: Town, **asks: str) -> RuleView:
    """A rule that was made by the form: for the town's second shop, unless told otherwise."""
    page = (await desk.get(NEW)).text
    form = {"once": hidden(page, "once"), "name": "La deuxième", "offered": "yes", "do": "keep"}
    answer = await desk.post(NEW, data={**form, **(asks or {"shops": str(town.tills[1].shop)})})
    assert answer.status_code == 303, fault(answer)
    rule = UUID(answer.headers["location"].partition("?")[0].rpartition("/")[2])
    return await town.do(lambda session: rules.rule(session, rule))


async def test_a_shop_is_looked_for_chosen_and_changed_into_another_version(
    desk: httpx.AsyncClient, counter: Counter
) -> None:
    town = counter.town
    page = (await desk.get(NEW)).text
    assert f'value="{town.tills[1].shop}"' not in page, "shops are looked for: all would be too many"
    form = {"once": hidden(page, "once"), "name": "La deuxième", "q": "bar pierre"}
    found = await desk.post(NEW, data={**form, "do": "find", "trades": "56.30Z"})
    assert found.status_code == 200
    assert f'value="{town.tills[1].shop}"' in found.text
    assert re.search(r'value="56.30Z" checked', found.text), "what is ticked stays"
    refused = await desk.post(NEW, data={**form, "do": "keep"})
    assert refused.status_code == 422
    assert "Choisissez au moins une commune" in words(refused)
    rule = await made(desk, town)
    path = f"/treiz/desk/rules/{rule.id}"
    shown = words(await desk.get(path))
    assert "À dépenser chez Bar Pierre." in shown
    assert "La deuxième" in words(await desk.get("/treiz/desk/rules"))
    begins = (await desk.get(f"{path}/change")).text
    assert re.search(rf'value="{town.tills[1].shop}" checked', begins)
    changed = await desk.post(f"{path}/change", data={"name": "Cafés", "trades": "56.30Z", "do": "keep"})
    assert changed.status_code == 303, fault(changed)
    shown = words(await desk.get(path))
    assert "Version 2" in shown
    assert "dans les cafés et bars" in shown
    await desk.post(path, data={"do": "withdraw"})
    assert "Non proposée" in words(await desk.get(path))


async def test_the_till_says_where_it_is_taken_before_an_amount_is_typed(
    desk: httpx.AsyncClient, counter: Counter
) -> None:
    town = counter.town
    voucher = await _limited(town, (await made(desk, town)))
    outside, inside = await counter.device(), await counter.device(town.tills[1])
    stopped = await present(outside, counter.spelt(voucher))
    assert "Ce bon n'est pas accepté ici" in words(stopped)
    assert "Ce bon se dépense chez Bar Pierre. Ici : Bar Pierre." in words(stopped)
    assert 'name="amount"' not in stopped.text
    shown = await present(inside, counter.spelt(voucher))
    await take(inside, shown, amount="5")
    assert (await town.view(voucher)).left == Money.of("15,00")


async def test_a_holder_sees_where_and_the_directory_shows_those_shops_only(
    desk: httpx.AsyncClient, counter: Counter
) -> None:
    town = counter.town
    rule = await made(desk, town, trades="56.30Z", shops=str(town.tills[1].shop))
    voucher = await _limited(town, rule)
    told = "À dépenser chez Bar Pierre (parmi les cafés et bars)."
    page = await desk.get(f"/v/{counter.code(voucher).token}")
    assert told in words(page)
    assert words(page).count("55 rue de Forbin") == 1, "of two shops in the street the one that takes it"
    assert f"/treiz/shops?for={rule.current.id}" in page.text
    listed = await desk.get(f"/treiz/shops?for={rule.current.id}")
    assert told in words(listed)
    assert "1 commerce" in words(listed) or "Un commerce" in words(listed)
    for nothing in ("nonsense", str(town.buyer)):
        assert told not in words(await desk.get(f"/treiz/shops?for={nothing}"))


async def test_a_buyer_chooses_one_that_is_offered_and_sees_it_before_ordering(
    desk: httpx.AsyncClient, counter: Counter
) -> None:
    town = counter.town
    rule = await made(desk, town)
    new = NewOrder(town.buyer, (Line(1, Money.of("20,00")),))
    order = await town.do(lambda session: drafting.start(session, new, actor="buyer", at=town.at))
    path = f"/treiz/orders/{order}"
    assert "La deuxième (chez Bar Pierre)" in words(await desk.get(f"{path}/giving"))
    form = {"handing": "sheets", "when": "now", "occasion": "mothers-day", "rule": str(rule.current.id)}
    kept = await desk.post(f"{path}/giving", data=form)
    assert kept.status_code == 303, fault(kept)
    check = words(await desk.get(f"{path}/check"))
    assert "À dépenser chez Bar Pierre." in check
    assert "Fête des mères : dans certains commerces seulement" in check
    strange = await desk.post(f"{path}/giving", data={**form, "rule": str(town.buyer)})
    assert strange.status_code == 422
    found = await town.do(lambda session: queries.order(session, order))
    assert found.rule == rule.current.id


async def _limited(town: Town, rule: RuleView) -> Paper:
    return await town.voucher(worth="20,00 €", rule=rule.current.id)
