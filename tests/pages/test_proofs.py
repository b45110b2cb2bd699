"""The proofs page: green at first sight, red with the number and the way to mend it, and a letter in the morning."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.email.sending import Outcome
from api.engines import Database
from api.jobs.leaving import Ready, became, send_waiting
from api.jobs.proofs import prove_all, prove_morning
from api.settings import Settings
from ledger.database import Sessions
from ledger.days import Period, day_of
from ledger.ids import new_id
from tests.api.email.given import a_letter
from tests.given import Town
from tests.ledger.given import by_hand
from tests.mail_server import Fault, MailServer, mail_server
from tests.pages.followed import plain
from tests.pages.given import Live, served
from tests.pages.holding import a_live_town
from tests.pages.ordering import somebody
from vouchers.proving import letters, mornings
from vouchers.proving.everything import Line

OPERATOR = "op@programme.example"
PROOFS = "/treiz/desk/proofs"
LIMITS = "/treiz/desk/proofs/limits"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
async def live(database: Database, settings: Settings, server: MailServer) -> AsyncIterator[Live]:
    """Served by an installation that has a mail server."""
    told = {"smtp_url": f"{server.url}?starttls=never", "mail_from": "bons@treiz.example"}
    async with served(database, settings.model_copy(update=told)) as live:
        yield live


@pytest.fixture
async def town(live: Live) -> Town:
    """In which a voucher of 100,00 € was bought, and 40,00 € of it spent."""
    town = await a_live_town(live)
    voucher = await town.voucher(worth="100,00 €")
    await town.till.redeem(voucher, "40,00 €")
    return town


@pytest.fixture
async def operator(live: Live, town: Town) -> AsyncIterator[httpx.AsyncClient]:
    async with (await somebody(live, "operator", email=OPERATOR)).client(live) as client:
        yield client


async def morning(live: Live) -> None:
    await prove_morning(live.app.state.installation, await live.town())


async def yesterday(owner: Sessions) -> None:
    """What was kept this morning was kept a day before."""
    away = 1_000  # first far away: no day may meet another on its way
    for days in (-away, away - 1):
        await by_hand(
            owner,
            f"UPDATE proof_mornings SET day = day + {days}, reckoned_at = reckoned_at + interval '1 day' * {days}",  # noqa: S608
            f"UPDATE proof_letters SET day = day + {days}",  # noqa: S608
        )


async def test_all_of_it_is_green_and_the_first_page_says_so(operator: httpx.AsyncClient) -> None:
    page = plain((await operator.get(PROOFS)).text)
    assert "Tout tient, au" in page
    assert "n'a pas encore été auditée" in page
    home = (await operator.get("/treiz/desk")).text
    assert f'href="{PROOFS}"' in home
    assert "voir si tout tient" in plain(home)


async def test_what_is_broken_says_by_how_much_and_where_it_is_mended(
    town: Town, operator: httpx.AsyncClient, owner: Sessions
) -> None:
    await town.issue("70,00", on_credit=True)
    await by_hand(owner, "UPDATE batches SET quantity = quantity + 1 WHERE face_value = 10000")
    shown = (await operator.get(PROOFS)).text
    page = plain(shown)
    assert "2 preuves ne tiennent pas" in page
    assert "-70,00 €" in page
    assert "100,00 € sur 200,00 €" in page
    assert "Versez ce qui manque avant tout virement sortant" in page
    assert 'href="/treiz/desk/money"' in shown


async def test_the_whole_books_are_audited_when_somebody_asks(
    live: Live, town: Town, operator: httpx.AsyncClient
) -> None:
    for _ in range(2):
        assert (await operator.post(PROOFS)).status_code == 303
    assert "Audit en cours" in plain((await operator.get(PROOFS)).text)
    await live.work()
    page = plain((await operator.get(PROOFS)).text)
    assert "Aucune anomalie" in page
    assert "Rien n'a été écrit depuis" in page
    await town.voucher()
    assert "Rien n'a été écrit depuis" not in plain((await operator.get(PROOFS)).text)


async def test_the_operator_sets_when_the_gauges_warn_and_an_accountant_reads(
    live: Live, operator: httpx.AsyncClient
) -> None:
    sent = {"circulation-warn": "70", "circulation-alarm": "85", "payments-warn": "50", "payments-alarm": "60"}
    refused = await operator.post(LIMITS, data=sent | {"payments-alarm": "40"})
    assert refused.status_code == 422
    assert "Une jauge prévient au-dessus de 0" in plain(refused.text)
    assert (await operator.post(LIMITS, data=sent | {"payments-warn": "much"})).status_code == 422
    assert (await operator.post(LIMITS, data=sent)).status_code == 303
    assert "Prévient à 50 %, alerte à 60 %" in plain((await operator.get(PROOFS)).text)
    async with (await somebody(live, "accountant", email="compta@programme.example")).client(live) as client:
        assert (await client.get(PROOFS)).status_code == 200
        assert LIMITS not in (await client.get(PROOFS)).text
        for answer in (await client.get(LIMITS), await client.post(LIMITS, data=sent)):
            assert answer.status_code == 403
    async with (await somebody(live, "manager", email="manager@programme.example")).client(live) as client:
        for answer in (await client.get(PROOFS), await client.post(PROOFS)):
            assert answer.status_code == 403


async def test_who_runs_the_programme_is_written_to_while_it_is_red_and_once_when_it_is_green(
    live: Live, town: Town, operator: httpx.AsyncClient, server: MailServer, owner: Sessions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(mornings, "FROM_HOUR", 0)  # the test runs at any hour
    await somebody(live, "accountant", email="compta@programme.example")
    await morning(live)
    assert server.received == []
    assert "Tout tient, au" in plain((await operator.get("/treiz/desk")).text)

    await yesterday(owner)
    await town.issue("70,00", on_credit=True)
    server.faults[OPERATOR] = ["greylisted"]
    await asyncio.gather(*(morning(live) for _ in range(3)))
    await morning(live)
    (letter,) = server.received
    assert letter.to == OPERATOR
    told = letter.message.get_body(("plain",))
    assert told is not None
    words = plain(told.get_content())
    assert "Une preuve ne tient pas ce matin" in str(letter.message["Subject"])
    assert "il manque" in words
    assert "70,00 €" in words
    assert f"{live.address}{PROOFS}" in words
    assert "Une preuve ne tient pas, au" in plain((await operator.get("/treiz/desk")).text)

    await yesterday(owner)
    await town.pay_in("70,00")
    for _ in range(2):
        await morning(live)
    await yesterday(owner)
    await morning(live)
    assert ["de nouveau" in str(one.message["Subject"]) for one in server.received] == [False, True]


@pytest.mark.parametrize("fault", ["greylisted", "refused"])
async def test_a_letter_that_is_turned_down_is_left_to_the_worker_who_sends_it_meanwhile(
    live: Live, town: Town, operator: httpx.AsyncClient, server: MailServer, fault: Fault
) -> None:
    recipient, letter = new_id(), a_letter(OPERATOR)
    red = (Line("audit", "broken", count=1),)
    await town.do(lambda session: mornings.keep(session, red, recipients=[recipient], at=town.at))

    async def compose(one: UUID) -> Ready:
        async def claim(session: AsyncSession, at: datetime) -> bool:
            return await letters.claim(session, one, at=at)

        async def settle(session: AsyncSession, outcome: Outcome, at: datetime) -> None:
            state = became(outcome, asked_at=town.at, at=at)
            await letters.settle(session, one, state, detail=outcome.detail, at=at)

        assert await town.do(lambda session: claim(session, town.at)), "another worker was quicker"
        return Ready(letter, claim, settle)

    server.faults[OPERATOR] = [fault]
    await send_waiting(live.app.state.installation, await live.town(), letters.queued, compose)
    assert (server.connections, server.received) == (1, [])
    states = await town.do(lambda session: session.execute(text("SELECT state FROM p_treiz.proof_letters")))
    assert states.scalars().all() == ["sending"]


async def test_books_that_cannot_be_read_are_red_and_written_about(
    live: Live, town: Town, operator: httpx.AsyncClient, server: MailServer, owner: Sessions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(mornings, "FROM_HOUR", 0)
    now, day = town.at, day_of(town.at) - timedelta(days=9)
    town.at = datetime.combine(day, time(10), UTC)
    await town.till.redeem(await town.voucher(worth="10,00 €", valid_from=day), "10,00")
    town.at = now
    await town.close(Period(day, day))
    await by_hand(owner, """UPDATE settlements SET commission_parts = '{"spoiled": 1}'""")
    await prove_all(live.app.state.installation)
    assert [one.to for one in server.received] == [OPERATOR]
    page = plain((await operator.get(PROOFS)).text)
    assert "they cannot be read" in page


async def test_nobody_who_left_has_the_letter(
    live: Live, town: Town, operator: httpx.AsyncClient, server: MailServer, owner: Sessions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(mornings, "FROM_HOUR", 0)
    await town.issue("70,00", on_credit=True)
    server.faults[OPERATOR] = ["greylisted"]
    await morning(live)
    await by_hand(owner, "UPDATE people SET disabled_at = now()")
    await morning(live)
    assert server.received == []
    states = await town.do(lambda session: session.execute(text("SELECT state FROM p_treiz.proof_letters")))
    assert states.scalars().all() == ["dropped"]
