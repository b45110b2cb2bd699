"""The papers of a settlement: on the shop's pages and the desk's, and by e-mail over a real mail server, once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import facturx
import httpx
import pytest
from pypdfium2 import PdfDocument
from sqlalchemy import text

from api.commands.mail import _note_in
from api.email.bounces import Bounce
from api.engines import Database
from api.jobs.invoices import send_settlement_letters, tend_settlement_letters
from api.settings import Settings
from ledger.days import Period, day_of, months_later
from merchants.invoices import letters
from merchants.invoices.letters import LetterView
from merchants.settlements.queries import SettlementView
from tests.given import Town
from tests.mail_server import MailServer, mail_server
from tests.pages.followed import plain
from tests.pages.given import Live, served
from tests.pages.holding import a_live_town
from tests.pages.ordering import somebody

BOOKS = "compta@savonnerie.example"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
async def live(database: Database, settings: Settings, server: MailServer) -> AsyncIterator[Live]:
    told = {"smtp_url": f"{server.url}?starttls=never", "mail_from": "bons@treiz.example"}
    async with served(database, settings.model_copy(update=told)) as live:
        yield live


@dataclass(slots=True)
class Ended:
    """A month that is over, in which a shop took 40,00 €."""

    live: Live
    town: Town
    month: Period

    @property
    def page(self) -> str:
        return f"/treiz/shop/{self.town.till.shop}/settlements"

    async def close(self) -> SettlementView:
        """The settlement of the shop."""
        (settlement,) = await self.town.settlements(await self.town.close(self.month))
        return settlement

    async def letter(self, settlement: SettlementView) -> LetterView | None:
        found = await self.town.do(lambda session: letters.letters_of(session, [settlement.id]))
        return found.get(settlement.id)

    async def send(self) -> None:
        await send_settlement_letters(self.live.app.state.installation, await self.live.town())


@pytest.fixture
async def ended(live: Live) -> Ended:
    town = await a_live_town(live)
    now = town.at
    month = Period.month(f"{months_later(day_of(now).replace(day=1), -1):%Y-%m}")
    town.at = datetime.combine(month.first_day, datetime.min.time(), UTC) + timedelta(days=3)
    await town.till.redeem(await town.voucher(worth="100,00 €"), "40,00 €")
    town.at = now
    return Ended(live, town, month)


@pytest.fixture
async def owner(ended: Ended) -> AsyncIterator[httpx.AsyncClient]:
    async with (await somebody(ended.live, "shop", ended.town.till.shop)).client(ended.live) as client:
        yield client


def said(pdf: bytes) -> str:
    return " ".join(plain(page.get_textpage().get_text_bounded()) for page in PdfDocument(pdf))


async def test_the_invoice_is_on_the_shops_page_and_on_the_desks_and_always_the_same_bytes(
    ended: Ended, owner: httpx.AsyncClient
) -> None:
    settlement = await ended.close()
    page = (await owner.get(ended.page)).text
    assert "Facture de commission (PDF)" in plain(page)
    assert f'href="{ended.page}/{settlement.id}/invoice.pdf"' in page
    first, again = [await owner.get(f"{ended.page}/{settlement.id}/invoice.pdf") for _ in range(2)]
    assert first.headers["content-type"] == "application/pdf"
    assert first.content == again.content
    shown = said(first.content)
    for words in ("TREIZFC-", settlement.number, "Bar Pierre", "1,20 €", "0,24 €", "1,44 €"):
        assert words in shown, words
    async with (await somebody(ended.live, "operator", email="op@treiz.example")).client(ended.live) as desk:
        closed = (await desk.get(f"/treiz/desk/month-end/closed/{settlement.closing}")).text
        assert f"/settlements/{settlement.id}/invoice.pdf" in closed
        other = ended.page.replace(str(ended.town.till.shop), str(ended.town.buyer))
        assert (await desk.get(f"{other}/{settlement.id}/invoice.pdf")).status_code == 404


async def test_both_papers_come_by_mail_to_whom_the_shop_said_and_once(
    ended: Ended, owner: httpx.AsyncClient, server: MailServer
) -> None:
    wrong = await owner.post(f"{ended.page}/letters", data={"email": "compta"})
    assert wrong.status_code == 422
    assert 'value="compta"' in wrong.text
    assert (await owner.post(f"{ended.page}/letters", data={"email": BOOKS})).status_code == 303
    assert f"partent à {BOOKS}" in plain((await owner.get(ended.page)).text)
    settlement = await ended.close()
    await ended.live.work()
    await ended.send()
    (received,) = server.to(BOOKS)
    message = received.message
    assert settlement.number in str(message["Subject"])
    plain_part = message.get_body(("plain",))
    assert plain_part is not None
    assert "38,56" in plain_part.get_content()
    statement, invoice = [part.get_content() for part in message.iter_attachments()]
    assert settlement.number in said(statement)
    assert invoice == (await owner.get(f"{ended.page}/{settlement.id}/invoice.pdf")).content
    assert facturx.get_facturx_xml_from_pdf(invoice)[0] == "factur-x.xml"
    assert f"Documents envoyés à {BOOKS}" in plain((await owner.get(ended.page)).text)


async def test_nothing_is_sent_to_a_shop_that_wants_nothing_or_no_longer(
    ended: Ended, owner: httpx.AsyncClient, server: MailServer
) -> None:
    await owner.post(f"{ended.page}/letters", data={"email": BOOKS})
    assert (await owner.post(f"{ended.page}/letters/stop")).status_code == 303
    assert "partent à" not in plain((await owner.get(ended.page)).text)
    settlement = await ended.close()
    await ended.send()
    assert server.received == []
    assert await ended.letter(settlement) is None


async def test_whoever_only_reads_settlements_does_not_decide_where_papers_go(ended: Ended) -> None:
    async with (await somebody(ended.live, "accountant")).client(ended.live) as accountant:
        assert f'action="{ended.page}/letters"' not in (await accountant.get(ended.page)).text
        assert (await accountant.post(f"{ended.page}/letters", data={"email": BOOKS})).status_code == 403


@pytest.mark.parametrize(("fault", "state"), [("refused", "refused"), ("taken, unsaid", "doubtful")])
async def test_what_did_not_surely_arrive_is_said_on_the_page_and_not_sent_again(
    ended: Ended, owner: httpx.AsyncClient, server: MailServer, fault: str, state: str
) -> None:
    await owner.post(f"{ended.page}/letters", data={"email": BOOKS})
    settlement = await ended.close()
    server.faults[BOOKS] = [fault]  # type: ignore[list-item]
    await ended.send()
    await ended.send()
    letter = await ended.letter(settlement)
    assert letter is not None
    assert letter.state == state
    assert len(server.received) == (1 if state == "doubtful" else 0)
    assert f"peut-être pas arrivés à {BOOKS}" in plain((await owner.get(ended.page)).text)


async def test_a_worker_that_died_leaves_a_doubt_and_a_letter_that_came_back_is_noted(
    ended: Ended, owner: httpx.AsyncClient, server: MailServer
) -> None:
    await owner.post(f"{ended.page}/letters", data={"email": BOOKS})
    settlement = await ended.close()
    letter = await ended.letter(settlement)
    assert letter is not None
    long_ago = ended.town.at - timedelta(hours=1)
    assert await ended.town.do(lambda session: letters.claim(session, letter.id, at=long_ago))
    assert not await ended.town.do(lambda session: letters.claim(session, letter.id, at=long_ago))
    await tend_settlement_letters(ended.live.app.state.installation, await ended.live.town())
    doubted = await ended.letter(settlement)
    assert doubted is not None
    assert (doubted.state, server.received) == ("doubtful", [])
    assert await _note_in(await ended.live.town(), Bounce(letter.id, final=True, detail="5.1.1 nobody"))
    bounced = await ended.letter(settlement)
    assert bounced is not None
    assert (bounced.state, bounced.detail) == ("bounced", "5.1.1 nobody")


async def test_the_files_are_made_by_the_job_that_the_closing_wishes_for(ended: Ended) -> None:
    await ended.close()
    await ended.live.work()
    async with ended.town.sessions.begin() as session:
        made = await session.execute(text("SELECT count(*) FROM p_treiz.commission_invoice_files"))
        assert made.scalar_one() == 1
