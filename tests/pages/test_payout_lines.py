"""Lines of a statement that are payouts, decided on pages; payouts that the bank refused; sending again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from api.engines import Database
from api.errors import explain
from api.settings import Settings
from ledger.chart import Kind
from ledger.days import Period
from ledger.money import ZERO, Money
from merchants.payouts import approving, proposing, queries
from merchants.payouts.errors import PayoutNotCameBack
from merchants.payouts.execution_days import earliest_day
from merchants.payouts.queries import PayoutView
from merchants.shops import registering
from tests.api.lived import LAST_MONTH, THEN
from tests.given import Town
from tests.merchants.bank.given import document, entry, statement, transaction
from tests.pages.desking import Desk, a_desk, operator
from tests.pages.followed import plain
from tests.pages.given import served
from tests.pages.ordering import SELLING, somebody
from tests.pages.test_bank_pages import sent

IBANS = ("DE89370400440532013000", "BE68539007547034", "MC5811222000010123456789030")
EACH = Money.of("96,40")


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[tuple[Desk, Town]]:
    """Three shops are owed 96,40 € each for last month, and the run that pays them is approved."""
    async with served(database, settings, terms=replace(SELLING, service_fee_bp=0)) as live:
        desk = await a_desk(live)
        town = Town(desk.town.sessions, settings, desk.town.registered.id, desk.town.keys, THEN, desk.buyer)
        voucher = await town.voucher(worth="300,00")
        for number, iban in enumerate(IBANS):
            till = await town.open_shop(number)
            await till.redeem(voucher, "100,00")
            await town.do(
                lambda session, shop=till.shop, iban=iban: registering.set_bank_account(
                    session, shop, iban=iban, bic=None, actor="op", at=THEN
                )
            )
        town.at = datetime.now(UTC)
        await town.close(Period.month(f"{LAST_MONTH:%Y-%m}"))
        day = earliest_day(town.at)
        run = await town.do(lambda session: proposing.propose(session, execution_day=day, actor="one", at=town.at))
        await town.do(lambda session: approving.approve(session, run.id, actor="other", at=town.at))
        yield desk, town


async def payouts(town: Town) -> list[PayoutView]:
    (run,) = await town.do(lambda session: queries.runs_page(session, limit=10))
    return await town.do(lambda session: queries.payouts_of(session, run.id))


async def queue(client: httpx.AsyncClient) -> list[str]:
    return re.findall(r"/treiz/desk/bank/entries/[0-9a-f-]+", (await client.get("/treiz/desk/bank")).text)


def answers(text: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)"', text)


async def test_a_run_left_without_one_and_one_came_back_less_a_fee(desk: tuple[Desk, Town]) -> None:
    live, town = desk
    first, second, _ = await payouts(town)
    content = document(
        statement(
            entry("192.80", way="DBIT", info="VIREMENTS"),
            entry("91.40", transaction("91.40", words=f"RETOUR {first.end_to_end_id}")),
            closing="898.60",
        )
    )
    async with (await operator(live)).client(live.live, "en") as client:
        await sent(client, content)
        debit, credit = await queue(client)
        seen = (await client.get(debit)).text
        (run,) = answers(seen, "run")
        assert answers(seen, "without") == [str(one.id) for one in await payouts(town)]
        none = await client.post(debit, data={"do": "run", "run": run, "reason": "AC04"})
        assert (none.status_code, "Tick the payouts that did not leave." in none.text) == (422, True)
        answer = {"do": "run", "run": run, "without": str(second.id), "reason": "AC04 closed"}
        assert (await client.post(debit, data=answer)).status_code == 303
        again = await client.post(debit, data=answer)
        assert again.status_code == 422
        seen = (await client.get(credit)).text
        (back,) = answers(seen, "payout")
        untold = await client.post(credit, data={"do": "payout", "payout": back})
        assert (untold.status_code, 'id="fee-fault"' in untold.text) == (422, True)
        done = await client.post(credit, data={"do": "payout", "payout": back, "fee": "yes"})
        assert done.status_code == 303
        shown = plain((await client.get(f"/treiz/desk/payouts/{run}")).text)
        for words in ("Not executed by the bank", "said Camille Martin (AC04 closed)", "Sent back by the bank"):
            assert words in shown
    assert [one.state for one in await payouts(town)] == ["returned", "returned", "confirmed"]
    assert [await town.balance(till.shop) for till in town.tills] == [EACH, EACH, ZERO]
    assert await town.balance(Kind.BANK_FEES) == Money.of("5,00")
    assert await town.balance(Kind.TRANSIT) == ZERO


async def test_what_the_bank_refused_is_said_on_its_run_and_sent_again(desk: tuple[Desk, Town]) -> None:
    live, town = desk
    _, second, third = await payouts(town)
    colleague = await somebody(live.live, "accountant", email="compta@programme.example")
    async with (await operator(live)).client(live.live, "fr") as client, colleague.client(live.live, "fr") as other:
        (run,) = re.findall(r"/treiz/desk/payouts/[0-9a-f-]{36}", (await client.get("/treiz/desk/payouts")).text)
        said = {"do": "refused", "payouts": [str(second.id), str(third.id)], "reason": "AC04"}
        assert (await client.post(run, data=said | {"payouts": []})).status_code == 422
        assert (await client.post(run, data=said | {"reason": " "})).status_code == 422
        assert (await client.post(run, data=said)).status_code == 303
        assert (await other.post(run, data=said)).status_code == 422
        held = (await client.get("/treiz/desk/payouts")).text
        assert "Le virement est revenu, ou n'a pas été exécuté" in plain(held)
        send = f"/treiz/desk/payouts/again/{second.settlement}"
        assert send in held
        assert (await client.post(send)).status_code == 303
        twice = await client.post(send)
        refusal = plain(explain(PayoutNotCameBack(settlement=second.settlement), "fr").detail)
        assert (twice.status_code, refusal in plain(twice.text)) == (422, True)
    assert [one.state for one in await payouts(town)] == ["approved", "returned", "returned"]
    assert [await town.balance(till.shop) for till in town.tills] == [ZERO, EACH, EACH]
