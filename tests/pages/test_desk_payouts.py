"""Paying shops at the desk: one person proposes, another looks at it and approves, the file is downloaded."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from api.engines import Database
from api.errors import explain
from api.settings import Settings
from ledger.days import Period
from merchants.payouts.errors import SamePerson
from merchants.shops import registering
from tests.api.lived import LAST_MONTH, THEN
from tests.given import Town
from tests.pages.desking import Desk, a_desk, hidden, operator
from tests.pages.followed import plain
from tests.pages.given import served
from tests.pages.ordering import SELLING, somebody

IBAN = "DE89370400440532013000"


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    """Last month is closed: two shops are owed 96,40 € each, of which the first has an account."""
    async with served(database, settings, terms=replace(SELLING, service_fee_bp=0)) as live:
        desk = await a_desk(live)
        town = Town(desk.town.sessions, settings, desk.town.registered.id, desk.town.keys, THEN, desk.buyer)
        voucher = await town.voucher(worth="200,00")
        for number in (1, 2):
            await (await town.open_shop(number)).redeem(voucher, "100,00")
        await town.do(
            lambda session: registering.set_bank_account(
                session, town.tills[0].shop, iban=IBAN, bic=None, actor="op", at=THEN
            )
        )
        town.at = datetime.now(UTC)
        await town.close(Period.month(f"{LAST_MONTH:%Y-%m}"))
        yield desk


async def test_two_people_pay_what_was_settled_and_see_it_as_it_is_sent(desk: Desk) -> None:
    first = await operator(desk)
    second = await somebody(desk.live, "accountant", email="compta@programme.example")
    async with first.client(desk.live, "en") as client, second.client(desk.live, "en") as colleague:
        assert "Settlements to pay" in (await client.get("/treiz/desk")).text
        seen = (await client.get("/treiz/desk/payouts")).text
        for told in ("Fournil Lodz", "DE89 •••• •••• 3000", "€96.40", "No bank account", "TREIZ-"):
            assert told in seen
        assert IBAN not in seen
        form = {"once": hidden(seen, "once"), "execution_day": "2020-01-04"}
        refused = await client.post("/treiz/desk/payouts", data=form)
        assert refused.status_code == 422
        assert 'id="execution_day-fault"' in refused.text
        day = seen.partition('type="date"')[2].partition('value="')[2].partition('"')[0]
        made = await client.post("/treiz/desk/payouts", data=form | {"execution_day": day})
        assert made.status_code == 303, made.text
        again = await client.post("/treiz/desk/payouts", data=form | {"execution_day": day})
        assert again.headers["location"] == made.headers["location"]
        run = made.headers["location"].partition("?")[0]
        mine = (await client.get(run)).text
        assert "a colleague has to approve it" in mine
        own = await client.post(run, data={"do": "approve", "compared": "yes"})
        number = mine.partition("<h1>")[2].partition("</h1>")[0]
        assert own.status_code == 422
        assert plain(explain(SamePerson(number=number), "en").detail) in plain(own.text)
        assert (await client.get(f"{run}/file.xml")).status_code == 409
        assert "Payout runs to approve" in (await colleague.get("/treiz/desk")).text
        hasty = await colleague.post(run, data={"do": "approve"})
        assert 'id="compared-fault"' in hasty.text
        done = await colleague.post(run, data={"do": "approve", "compared": "yes"})
        assert done.status_code == 303, done.text
        files = [await one.get(f"{run}/file.xml") for one in (client, colleague)]
        assert files[0].content == files[1].content
        assert IBAN.encode() in files[0].content
        assert f'filename="{number}.xml"' in files[0].headers["content-disposition"]
        late = await client.post(run, data={"do": "withdraw"})
        assert late.status_code == 422
        shown = (await client.get(run)).text
        assert "Approved by Camille Martin" in shown
        assert "read its statement" in shown
        assert IBAN not in shown


async def test_a_settlement_says_what_became_of_it_to_the_desk_and_to_its_shop(desk: Desk) -> None:
    first = await operator(desk)
    second = await somebody(desk.live, "accountant", None, email="compta@programme.example")
    async with first.client(desk.live, "en") as client, second.client(desk.live, "en") as colleague:
        seen = (await client.get("/treiz/desk/payouts")).text
        paid, held = [f"/treiz{one}" for one in re.findall(r'href="/treiz(/desk/month-end/settlements/[^"]+)"', seen)]
        shops = [(await client.get(one)).text.partition('lead"><a href="')[2].partition('"')[0] for one in (paid, held)]
        assert "In no run yet" in (await client.get(paid)).text
        assert "Due" in (await client.get(f"{shops[0]}/settlements")).text
        assert "Waits for your bank details" in (await client.get(f"{shops[1]}/settlements")).text
        day = seen.partition('type="date"')[2].partition('value="')[2].partition('"')[0]
        made = await client.post("/treiz/desk/payouts", data={"once": hidden(seen, "once"), "execution_day": day})
        run = made.headers["location"].partition("?")[0]
        told = (await client.get(paid)).text
        assert "To be approved" in told
        assert f'href="{run}"' in told
        assert "Transfer under way" not in (await client.get(f"{shops[0]}/settlements")).text
        await colleague.post(run, data={"do": "approve", "compared": "yes"})
        assert "Not on a statement yet" in (await client.get(paid)).text
        assert "Transfer under way" in (await client.get(f"{shops[0]}/settlements")).text


async def test_a_withdrawn_run_can_be_proposed_again(desk: Desk) -> None:
    async with (await operator(desk)).client(desk.live) as client:
        for count in ("1", "2"):
            seen = (await client.get("/treiz/desk/payouts")).text
            day = seen.partition('type="date"')[2].partition('value="')[2].partition('"')[0]
            made = await client.post("/treiz/desk/payouts", data={"once": hidden(seen, "once"), "execution_day": day})
            run = made.headers["location"].partition("?")[0]
            assert f"-00000{count}</h1>" in (await client.get(run)).text
            gone = await client.post(run, data={"do": "withdraw"})
            assert gone.status_code == 303
            assert "Retirée par Camille Martin" in plain((await client.get(gone.headers["location"])).text)
