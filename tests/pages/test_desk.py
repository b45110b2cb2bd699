"""The operator's desk: money that came, short, over and twice; credit, refunds, disputes, Stripe's account, buyers."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from fastapi.routing import APIRoute

from api.auth.permissions import Role
from api.engines import Database
from api.jobs.orders import advance_order
from api.pages.desk import ROUTERS
from api.settings import Settings
from ledger.ids import new_id
from ledger.money import ZERO, Money
from tests.pages.desking import Desk, a_desk, confirming, hidden, operator, people
from tests.pages.given import served
from tests.pages.ordering import SELLING, somebody
from vouchers import proofs
from vouchers.orders import history


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    """A programme that sells, with a fee and a bank account, and a company that orders."""
    async with served(database, settings, terms=SELLING) as live:
        yield await a_desk(live)


async def recorded(client: httpx.AsyncClient, order: UUID, amount: str, *, again: bool = False) -> httpx.Response:
    """Look at what an amount does, confirm it, and see what is said after."""
    path = f"/treiz/desk/money/{order}"
    seen = await client.get(path, params={"amount": amount, "reference": "VIR SAVONNERIE"})
    assert seen.status_code == 200, seen.text
    answer = await client.post(path, data=confirming(seen.text, amount) | ({"again": "yes"} if again else {}))
    return answer if answer.status_code != 303 else await client.get(answer.headers["location"])


async def test_what_the_statement_says_leads_to_the_order_however_it_is_written(desk: Desk) -> None:
    order = await desk.placed()
    other = await desk.placed(buyer=await desk.new_buyer("Épicerie du Cours"), worth="70,00")
    assert order.reference is not None
    assert order.number is not None
    spaced = " ".join(re.findall(".{1,4}", order.reference.lower()))
    wrong = order.reference[:-3] + "X" + order.reference[-2:]
    async with (await operator(desk)).client(desk.live, "en") as client:

        async def found(**asked: str) -> str:
            answer = await client.get("/treiz/desk/money", params=asked)
            assert answer.status_code == 200, answer.text
            text = answer.text.partition('id="found"')[2].partition("</section>")[0]
            assert text
            return text

        named = await found(q=f"VIR SEPA SAVONNERIE {spaced} MERCI")
        assert order.number in named
        assert "Its reference or number" in named
        assert "Its reference or number" in await found(q=order.number.lower())
        assert order.number in await found(q=str(int(order.number[-6:])))
        assert "Nearly its reference" in await found(q=wrong)
        assert str(other.number) in await found(q="epicerie du COURS, facture 12")
        by_amount = await found(amount="103,00")
        assert order.number in by_amount
        assert str(other.number) not in by_amount
        assert "No order found" in await found(q="nobody at all", amount="1,11")
        bad = await client.get("/treiz/desk/money", params={"amount": "douze"})
        assert bad.status_code == 422
        assert 'value="douze"' in bad.text
        sure = await client.get("/treiz/desk/money", params={"q": order.reference, "amount": "103"})
        assert sure.headers["location"].startswith(f"/treiz/desk/money/{order.id}?")


async def test_a_euro_short_a_euro_over_and_a_payment_twice_each_have_their_place(desk: Desk) -> None:
    order = await desk.placed()
    assert order.total == Money.of("103,00")
    async with (await operator(desk)).client(desk.live, "en") as client:
        shown = await client.get(f"/treiz/desk/money/{order.id}", params={"amount": "102"})
        assert "€1.00 are missing" in shown.text
        assert await desk.payments(order.id) == [], "looking records nothing"
        said = await recorded(client, order.id, "102")
        assert "€1.00 are missing" in said.text
        assert "ce@savonnerie.example" in said.text
        assert (await desk.order(order.id)).missing == Money.of("1,00")
        said = await recorded(client, order.id, "2,00")
        assert "€1.00 came too much" in said.text
        assert "The buyer is told so at ce@savonnerie.example." in said.text
        # A job issues it at once, so that its status has moved on or not; its history says what this payment did.
        assert (await desk.told(order.id)).count("paid") == 1
        assert (await desk.order(order.id)).missing == ZERO
        await advance_order(desk.town, order.id)  # the job's own work, done before its money is counted
        assert (await desk.giver()).free == Money.of("1,00")
        shown = await client.get(f"/treiz/desk/money/{order.id}", params={"amount": "102"})
        assert "This order takes no money" in shown.text
        refused = await recorded(client, order.id, "102")
        assert refused.status_code == 422
        assert "again-fault" in refused.text
        assert len(await desk.payments(order.id)) == 2
        said = await recorded(client, order.id, "102", again=True)
        assert "The order did not need it" in said.text
        assert "The buyer is told so at ce@savonnerie.example." in said.text
        assert (await desk.giver()).free == Money.of("103,00")
    async with desk.town.sessions() as session:
        assert (await proofs.audit(session)).agrees


async def test_a_form_that_is_sent_twice_records_once(desk: Desk) -> None:
    order, other = await desk.placed(), await desk.placed(worth="70,00")
    path = f"/treiz/desk/money/{order.id}"
    async with (await operator(desk)).client(desk.live, "en") as client:
        seen = (await client.get(path, params={"amount": "103"})).text
        form = confirming(seen, "103")
        first = await client.post(path, data=form)
        second = await client.post(path, data=form)
        assert (first.status_code, second.status_code) == (303, 303)
        assert first.headers["location"] == second.headers["location"]
        changed = await client.post(path, data=form | {"amount": "104", "looked_at": "10400"})
        assert changed.status_code == 422
        assert "sent before with something else" in changed.text
        assert hidden(changed.text, "once") != form["once"]
        # Two people look at the same order; the second finds it changed.
        path = f"/treiz/desk/money/{other.id}"
        mine = confirming((await client.get(path, params={"amount": "144,20"})).text, "144,20")
        theirs = confirming((await client.get(path, params={"amount": "144,20"})).text, "144,20")
        assert (await client.post(path, data=mine)).status_code == 303
        late = await client.post(path, data=theirs)
        assert late.status_code == 422
        assert "changed while you were looking" in late.text
        unseen = await client.post(path, data=confirming(late.text, "5") | {"looked_at": "1"})
        assert unseen.status_code == 422
        assert (await client.post(path, data={"amount": "1", "reference": "x", "do": "record"})).status_code == 422
    assert len(await desk.payments(order.id)) == 1
    assert len(await desk.payments(other.id)) == 1


async def test_credit_pays_another_order_or_is_sent_back(desk: Desk) -> None:
    first, second = await desk.placed(), await desk.placed(quantity=1, worth="20,00")
    await desk.paid(first, Money.of("150,00"))
    path = f"/treiz/desk/credit/{desk.buyer}"
    async with (await operator(desk)).client(desk.live, "en") as client:
        assert "Savonnerie du Port" in (await client.get("/treiz/desk/credit")).text
        seen = (await client.get(path)).text
        use = {"once": hidden(seen, "once"), "do": f"use:{second.id}"}
        used = await client.post(path, data=use)
        assert used.headers["location"].startswith(f"/treiz/desk/orders/{second.id}")
        assert (await client.post(path, data=use)).headers["location"] == used.headers["location"]
        assert (await desk.order(second.id)).status == "paid"
        seen = (await client.get(path)).text
        back = {"once": hidden(seen, "once"), "do": "back", "amount": "26,40", "reference": "AVOIR 1"}
        bare = await client.post(path, data=back | {"reference": ""})
        assert "reference-fault" in bare.text
        much = await client.post(path, data=back | {"amount": "26,41"})
        assert much.status_code == 422
        assert "amount-fault" in much.text
        assert 'value="26,41"' in much.text
        assert (await client.post(path, data=back)).status_code == 303
        assert (await client.post(path, data=back)).status_code == 303
        stranger = {"once": str(new_id()), "do": f"use:{new_id()}"}
        assert (await client.post(path, data=stranger)).status_code == 404
    assert (await desk.giver()).free == Money(0)


async def test_credit_is_a_decision_with_its_reason_and_cancelling_too(desk: Desk) -> None:
    order, other = await desk.placed(), await desk.placed()
    path = f"/treiz/desk/orders/{order.id}/credit"
    async with (await operator(desk)).client(desk.live, "en") as client:
        seen = (await client.get(path)).text
        assert "€100.00 of vouchers go out, and €103.00 are not paid" in seen
        assert "€100.00 will be missing" in seen
        bare = await client.post(path, data={"reason": ""})
        assert bare.status_code == 422
        assert "reason-fault" in bare.text
        assert "understood-fault" in bare.text
        given = await client.post(path, data={"reason": "Client since 2020", "understood": "yes"})
        assert given.status_code == 303, given.text
        assert "Client since 2020" in (await client.get(given.headers["location"])).text
        home = (await client.get("/treiz/desk")).text
        assert "Money is missing for the vouchers" in home
        listed = (await client.get("/treiz/desk/money")).text
        assert "On credit" in listed
        await recorded(client, order.id, "103,00")
        cancel = await client.post(f"/treiz/desk/orders/{other.id}/cancel", data={"reason": "Twice"})
        assert cancel.status_code == 303
        again = await client.post(f"/treiz/desk/orders/{other.id}/cancel", data={"reason": "Twice"})
        assert again.headers["location"] == f"/treiz/desk/orders/{other.id}"
    assert (await desk.order(order.id)).missing == Money(0)
    assert (await desk.order(other.id)).status == "cancelled"
    async with desk.town.sessions() as session:
        told = await history.history_of(session, order.id)
        assert (await proofs.audit(session)).agrees
    (credit,) = [one for one in told if one.what == "credit_given"]
    assert credit.facts["reason"] == "Client since 2020"
    assert credit.actor.startswith("person:")


async def test_a_refund_too_large_is_refused_beside_its_field_and_nothing_is_lost(desk: Desk) -> None:
    order = await desk.issued(await desk.paid(await desk.placed(people=people(3)), intent="pi_1"))
    path = f"/treiz/desk/orders/{order.id}/refund"
    async with (await operator(desk)).client(desk.live, "en") as client:
        seen = (await client.get(path)).text
        assert "Personne 2" in seen
        asked = {
            "once": hidden(seen, "once"), "how": "part", "amount": "150,01", "method": "transfer", "with_fee": "yes",
            "reason": "Left the company", "do": "check",
        }  # fmt: skip
        much = await client.post(path, data=asked)
        assert much.status_code == 422
        assert "amount-fault" in much.text
        assert 'value="150,01"' in much.text
        assert "Left the company" in much.text
        shown = await client.post(path, data=asked | {"amount": "50"})
        assert shown.status_code == 200
        assert "€51.50" in shown.text, "a third of the fee and of its VAT comes on top"
        assert "Give €51.50 back" in shown.text
        assert (await desk.order(order.id)).status == "issued", "looking changes nothing"
        changed = await client.post(path, data=asked | {"amount": "50", "do": "back"})
        assert 'value="50"' in changed.text
        ask = asked | {"amount": "50", "do": "give"}
        first, second = await client.post(path, data=ask), await client.post(path, data=ask)
        assert first.status_code == 303, first.text
        assert first.headers["location"] == second.headers["location"]
        refund = first.headers["location"].partition("?")[0]
        assert "€51.50" in (await client.get("/treiz/desk/refunds")).text
        bare = await client.post(refund, data={"do": "sent", "reference": ""})
        assert "reference-fault" in bare.text
        sent = await client.post(refund, data={"do": "sent", "reference": "VIR 77"})
        assert sent.status_code == 303
        twice = await client.post(refund, data={"do": "sent", "reference": "VIR 77"})
        assert twice.status_code == 422
        assert "The buyer was told." in (await client.get(refund)).text
        whole = {"once": str(new_id()), "how": "all", "method": "card", "reason": "All", "do": "give"}
        carded = await client.post(path, data=whole)
        assert "On its way" in (await client.get(carded.headers["location"])).text
    assert (await desk.order(order.id)).status == "refunded"
    async with desk.town.sessions() as session:
        assert (await proofs.audit(session)).agrees


async def test_a_dispute_says_before_which_day_to_answer_and_the_most_urgent_stands_first(desk: Desk) -> None:
    orders = [await desk.issued(await desk.paid(await desk.placed(), intent=f"pi_{i}")) for i in range(4)]
    later, over, sooner, decided = orders
    await desk.disputed(later, "pi_0", due_by=datetime(2999, 12, 12, 23, 59, 59, tzinfo=UTC))
    await desk.disputed(over, "pi_1", due_by=datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC))
    await desk.disputed(sooner, "pi_2", due_by=datetime(2999, 12, 11, 23, 59, 59, tzinfo=UTC))
    await desk.disputed(decided, "pi_3", status="under_review")
    says = (
        "was to be answered before 31 January 2026",
        "nswer before 11 December 2999",
        "nswer before 12 December 2999",
    )
    async with (await operator(desk)).client(desk.live, "en") as client:
        for path in ("/treiz/desk", "/treiz/desk/disputes"):
            seen = (await client.get(path)).text
            assert [seen.count(one) for one in says] == [1, 1, 1], path
            assert sorted(says, key=seen.index) == list(says), path
        assert "The bank has to decide." in (await client.get("/treiz/desk")).text
        assert says[0] in (await client.get(f"/treiz/desk/orders/{over.id}")).text
        assert says[2] in (await client.get(f"/treiz/desk/orders/{later.id}")).text


async def test_a_company_is_registered_with_its_first_person_and_mended(desk: Desk) -> None:
    async with (await operator(desk)).client(desk.live, "en") as client:
        seen = (await client.get("/treiz/desk/buyers/new")).text
        new = {
            "once": hidden(seen, "once"), "name": "Chantier Naval", "siren": "732829321", "street": "1 quai",
            "postcode": "13002", "commune": "Marseille", "email": "compta@chantier.example", "language": "fr",
            "person": "Inès Roy", "person_email": "ines@chantier.example",
        }  # fmt: skip
        bad = await client.post("/treiz/desk/buyers/new", data=new)
        assert "siren-fault" in bad.text
        assert 'value="Chantier Naval"' in bad.text
        good = await client.post("/treiz/desk/buyers/new", data=new | {"siren": "732 829 320"})
        assert good.status_code == 303, good.text
        page = good.headers["location"].partition("?")[0]
        assert "ines@chantier.example" in (await client.get(page)).text
        fresh = hidden((await client.get("/treiz/desk/buyers/new")).text, "once")
        twin = await client.post("/treiz/desk/buyers/new", data=new | {"siren": "732829320", "once": fresh})
        assert "again-fault" in twin.text
        mended = await client.post(f"{page}/change", data=new | {"siren": "732829320", "name": "Chantier Naval Sud"})
        assert mended.status_code == 303
        assert "Chantier Naval Sud" in (await client.get("/treiz/desk/buyers", params={"q": "732 829"})).text
        assert "No buyer like that" in (await client.get("/treiz/desk/buyers", params={"q": "100%"})).text
        assert (await client.get(f"/treiz/desk/buyers/{new_id()}")).status_code == 404


GIVING_AWAY = re.compile(r"/(refund|refunds|refunds/\{[a-z_]+\}|credit|cancel|new|change|shops|code-attempts|limits)$")
CAMPAIGN = "/desk/campaigns"
OF_THE_TOWN = re.compile(f"{CAMPAIGN}|/desk/figures")
RULES = re.compile(r"/desk/rules(/\{rule_id\})?$")


def every_route() -> list[tuple[str, str]]:
    """Every method and path of the desk, for an order, buyer, payment or refund that is not there."""
    found = []
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            path = re.sub(r"\{slug:slug\}", "treiz", route.path)
            found += [(method, path) for method in sorted(route.methods or ())]
    return found


@pytest.mark.parametrize("role", ["operator", "accountant", "manager", "buyer", None])
async def test_each_page_of_the_desk_is_open_to_its_roles_alone(desk: Desk, role: Role | None) -> None:
    """A buyer is refused as one who may do nothing, also for its own order; who is a stranger is led to sign in."""
    mine = await desk.placed()
    subject = desk.buyer if role == "buyer" else None
    who = None if role is None else await somebody(desk.live, role, subject, email="who@programme.example")
    client = desk.live.client("en") if who is None else who.client(desk.live, "en")
    async with client:
        for method, pattern in every_route():
            path = re.sub(r"\{order_id\}", str(mine.id), pattern)
            path = re.sub(r"\{[a-z_]+\}", str(new_id()), path)
            answer = await client.request(method, path, data={} if method == "POST" else None)
            told = f"{role} {method} {pattern}: {answer.status_code}"
            if role == "operator":
                assert answer.status_code in {200, 303, 404, 422}, told
            elif role == "accountant":
                own_desk = "/desk/credit" in pattern
                deciding = pattern.endswith(CAMPAIGN + "/{campaign_id}") and method == "POST"
                closing = pattern.endswith("/desk/month-end/{typed}") and method == "POST"
                rules = pattern.endswith("/commissions/new") or ("/desk/commissions/" in pattern and method == "POST")
                kept = "/desk/funders/" in pattern and method == "POST"
                elsewhere = "/desk/expiry" in pattern or "/desk/rules" in pattern
                closed = deciding or closing or rules or kept or elsewhere
                closed = closed or (bool(GIVING_AWAY.search(pattern)) and not own_desk)
                assert (answer.status_code == 403) == closed, told
            elif role == "manager" and (OF_THE_TOWN.search(pattern) or (method == "GET" and RULES.search(pattern))):
                assert answer.status_code in {200, 303, 404, 422}, told
            elif role is None:
                assert answer.status_code == 303, told
                assert "/sign-in" in answer.headers["location"], told
            else:
                assert answer.status_code == 403, told
        if role == "accountant":
            back = await client.post(f"/treiz/desk/credit/{desk.buyer}", data={"do": "back", "amount": "1"})
            assert back.status_code == 403
    assert (await desk.order(mine.id)).status == "awaiting_payment"
