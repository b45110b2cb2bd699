"""Funders at the desk: registered, paid in, bounded; what they add is told before it is paid; their account."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime
from io import BytesIO

import pypdfium2 as pdfium
import pytest
from httpx import AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.engines import Database
from api.settings import Settings
from ledger.days import day_of
from ledger.money import Money
from tests.pages.desking import Desk, a_desk, hidden
from tests.pages.given import served
from tests.pages.ordering import SELLING, somebody
from vouchers.orders import adding, paying, queries


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    """A programme that sells."""
    async with served(database, settings, terms=SELLING) as live:
        yield await a_desk(live)


async def send(client: AsyncClient, path: str, **typed: str) -> Response:
    """A form of the page as it is shown now, filled in."""
    begun = (await client.get(path)).text
    return await client.post(path, data={"once": hidden(begun, "once"), **typed})


async def registered(client: AsyncClient) -> str:
    """The address of a new funder's page."""
    made = await send(
        client, "/treiz/desk/funders/new", name="Ville de Marseille", siren="211 300 553",
        agreement="Délibération 2026-17", agreed_on="15/01/2026",
    )  # fmt: skip
    assert made.status_code == 303, made.text
    return made.headers["location"].partition("?")[0]


async def test_a_funder_is_registered_pays_in_and_is_given_its_account(desk: Desk) -> None:
    operator = await somebody(desk.live, "operator", None, email="op@programme.example")
    async with operator.client(desk.live, "fr") as client:
        assert "Pas encore de financeur" in (await client.get("/treiz/desk/funders")).text
        wrong = await send(client, "/treiz/desk/funders/new", name="Ville", siren="123")
        assert (wrong.status_code, "siren-fault" in wrong.text) == (422, True)
        path = await registered(client)
        assert (await send(client, path, do="in", amount_in="500", reference="VIR 1")).status_code == 303
        begins = {"label": "Exercice", "first_day": "2020-01-01", "last_day": "2100-12-31"}
        assert (await send(client, path, do="budget", amount_budget="400", **begins)).status_code == 303
        again = await send(client, path, do="budget", amount_budget="400", **begins)
        assert (again.status_code, "Un autre budget" in again.text) == (422, True)
        assert (await send(client, path, do="out", amount_out="20,50")).status_code == 303
        much = await send(client, path, do="out", amount_out="480")
        assert (much.status_code, "Il reste 479,50" in much.text.replace("\u00a0", " ")) == (422, True)
        shown = (await client.get(path)).text.replace("\u00a0", " ")
        for said in ("479,50 €", "Versement reçu", "Fonds rendus au financeur", "VIR 1", "Exercice", "211300553"):
            assert said in shown, said
        year = re.search(r"/accounts/(\d{4})", shown)
        assert year is not None
        account = await client.get(f"{path}/accounts/{year[1]}")
        assert "correspond aux écritures" in account.text
        for form, begin in (("pdf", b"%PDF"), ("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
            file = await client.get(f"{path}/accounts/{year[1]}/file", params={"form": form})
            assert file.content.startswith(begin)
            assert file.headers["content-disposition"] == f'attachment; filename="compte-{year[1]}.{form}"'
            if form == "pdf":
                assert (
                    "Ville de Marseille" in pdfium.PdfDocument(BytesIO(file.content))[0].get_textpage().get_text_range()
                )
        changed = await send(client, f"{path}/change", name="Ville de Marseille", contact="Mme Roux")
        assert changed.status_code == 303
        assert "Mme Roux" in (await client.get(path)).text


async def test_what_is_added_is_told_before_paying_and_kept_when_it_is_paid(desk: Desk) -> None:
    operator = await somebody(desk.live, "operator", None, email="op@programme.example")
    async with operator.client(desk.live, "fr") as client:
        path = await registered(client)
        await send(client, path, do="in", amount_in="100")
        typed = {
            "title": "La ville ajoute 10 € à chaque bon", "first_day": "2020-01-01", "last_day": "2020-12-31",
            "budget": "100", "how": "each", "each": "10", "buyers": "all",
        }  # fmt: skip
        past = await send(client, f"{path}/rules/new", **typed)
        assert (past.status_code, "last_day-fault" in past.text) == (422, True)
        today = await desk.do(_today)
        typed |= {"first_day": today, "last_day": today}
        opened = await send(client, f"{path}/rules/new", **typed)
        assert opened.status_code == 303, opened.text
        order = await desk.placed()
        shown = (await client.get(f"/treiz/orders/{order.id}")).text.replace("\u00a0", " ")
        assert "La ville ajoute 10 € à chaque bon" in shown
        assert "Acquis une fois la commande payée" in shown
        await desk.do(
            lambda session, at: paying.record_transfer(
                session, order.id, order.total, reference="VIR", actor="op", at=at
            )
        )
        assert "réservés à cette commande" in (await client.get(f"/treiz/orders/{order.id}")).text
        (claim,) = await desk.do(lambda session, _at: adding.promised(session, order.id))
        lines = await desk.do(lambda session, _at: queries.lines_of(session, order.id))
        assert claim.amount == Money.of("10") * sum(line.quantity for line in lines)
        funder = (await client.get(path)).text
        rule = hidden(funder, "rule")
        assert (await send(client, path, do="end", rule=rule)).status_code == 303
        assert "Terminée" in (await client.get(path)).text


async def _today(_session: AsyncSession, at: datetime) -> str:
    return day_of(at).isoformat()


async def test_who_only_sees_the_books_changes_nothing(desk: Desk) -> None:
    accountant = await somebody(desk.live, "accountant", None, email="compta@programme.example")
    async with accountant.client(desk.live, "fr") as client:
        assert (await client.get("/treiz/desk/funders")).status_code == 200
        assert (await client.get("/treiz/desk/funders/new")).status_code == 403
