"""Lines that wait to be mended: each says why, and none is lost, whatever else is done to the order meanwhile."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from io import BytesIO
from uuid import UUID

import httpx
import openpyxl
import pytest

from api.engines import Database
from api.settings import Settings
from tests.pages.given import Live, served
from tests.pages.ordering import SELLING, a_buyer
from vouchers.orders import drafting, queries
from vouchers.orders.lists.beneficiary_checking import AT_MOST


@pytest.fixture
async def live(database: Database, settings: Settings) -> AsyncIterator[Live]:
    """A programme that sells."""
    async with served(database, settings, terms=SELLING) as live:
        yield live


@pytest.fixture
async def client(live: Live) -> AsyncIterator[httpx.AsyncClient]:
    """A company's assistant."""
    async with (await a_buyer(live)).client(live) as client:
        yield client


async def a_draft(client: httpx.AsyncClient) -> str:
    """The address of a new order's people."""
    return (await client.post("/treiz/orders/new", data={"how": "names"})).headers["location"]


async def imported(client: httpx.AsyncClient, path: str, content: bytes, *, face: str = "50") -> httpx.Response:
    """A file, as the page sends it."""
    return await client.post(path, data={"do": "file", "face": face}, files={"file": ("liste.csv", content)})


def mended(page: str, **values: str) -> dict[str, str | list[str]]:
    """The form that mends, as a browser sends it, with some of its fields typed anew."""
    form = page[page.index('<fieldset class="mend-row">') :]
    fields = re.findall(r'<input id="([a-z_]+-\d+)" name="[^"]+" type="text" value="([^"]*)"', form)
    sent: dict[str, str | list[str]] = {name: html.unescape(value) for name, value in fields}
    return sent | {"do": "mend", "line": re.findall(r'name="line" value="([^"]+)"', form)} | values


async def kept(live: Live, path: str) -> tuple[list[str], list[str]]:
    """The names of an order's people, and of those who wait."""
    order = UUID(path.split("/")[3])
    async with (await live.town()).sessions() as session:
        known = await queries.beneficiaries_of(session, order)
        waiting = await drafting.unmended(session, order)
    return [one.name for one in known], [one["typed"].get("name", "") for one in waiting]


def a_list(first: str, count: int, address: str = "{}@@savonnerie.example") -> bytes:
    """A list whose addresses are wrong, unless another is given."""
    return (
        "Nom;E-mail\n" + "".join(f"{first} {at};{address.format(f'{first}{at}')}\n" for at in range(count))
    ).encode()


async def test_a_form_sent_twice_loses_no_line_that_waits_behind(live: Live, client: httpx.AsyncClient) -> None:
    path = await a_draft(client)
    await imported(client, path, a_list("Personne", 60))
    page = (await client.get(path)).text
    form = mended(page) | {f"email-{at}": f"p{at}@savonnerie.example" for at in range(50)}
    for _ in range(2):
        assert (await client.post(path, data=form)).status_code == HTTPStatus.SEE_OTHER
    known, waiting = await kept(live, path)
    assert known == [f"Personne {at}" for at in range(50)]
    assert waiting == [f"Personne {at}" for at in range(50, 60)]


async def test_lists_that_come_at_once_are_all_in_the_order(live: Live, client: httpx.AsyncClient) -> None:
    path = await a_draft(client)
    sent = [
        client.post(path, data={"do": "paste", "pasted": f"Zoé {name}\nAda {name};ada@", "face": "50"})
        for name in ("Un", "Deux", "Trois", "Quatre")
    ]
    assert {answer.status_code for answer in await asyncio.gather(*sent)} == {HTTPStatus.SEE_OTHER}
    known, waiting = await kept(live, path)
    assert sorted(known) == ["Zoé Deux", "Zoé Quatre", "Zoé Trois", "Zoé Un"]
    assert sorted(waiting) == ["Ada Deux", "Ada Quatre", "Ada Trois", "Ada Un"]


async def test_lines_of_two_lists_with_one_number_each_say_their_own_fault(client: httpx.AsyncClient) -> None:
    path = await a_draft(client)
    await imported(client, path, b"Nom;E-mail\nAlice Un;alice@@x.example\n")
    await imported(client, path, b"Nom;Montant\nBob Deux;abc\n")
    page = (await client.get(path)).text
    faulty = re.findall(r'id="([a-z]+-\d)-fault"', page)
    assert faulty == ["email-0", "amount-1"]


async def test_an_order_takes_as_many_lines_as_it_can_show_and_mend(live: Live, client: httpx.AsyncClient) -> None:
    path = await a_draft(client)
    await imported(client, path, a_list("Wrong", AT_MOST - 1))
    more = await imported(client, path, a_list("More", 2))
    assert (more.status_code, "La liste compte 5" in more.text) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
    page = await client.get(path)
    assert page.status_code == HTTPStatus.OK
    await client.post(path, data=mended(page.text, **{"email-0": "w@savonnerie.example"}))
    known, waiting = await kept(live, path)
    assert (known, len(waiting)) == (["Wrong 0"], AT_MOST - 2)


async def test_a_stray_nul_is_a_fault_of_its_line(live: Live, client: httpx.AsyncClient) -> None:
    path = await a_draft(client)
    answer = await imported(client, path, b"Nom;E-mail\nZo\0e Un;zoe@x.example\nBob Deux;bob@x.example\n")
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert await kept(live, path) == (["Bob Deux"], ["Zo\ufffde Un"])
    assert 'id="name-0-fault"' in (await client.get(path)).text


async def test_every_line_that_waits_says_why(client: httpx.AsyncClient) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Nom", "Montant"], ["Anne Un", 50], ["Bob Deux", None]):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    out = BytesIO()
    book.save(out)
    path = await a_draft(client)
    await imported(client, path, out.getvalue())
    assert 'id="amount-0-fault"' in (await client.get(path)).text
    path = await a_draft(client)
    await imported(client, path, b"Nom;E-mail\nBob;bob@x.example;50;12\n")
    assert '<p class="fault mend-wide">' in (await client.get(path)).text


async def test_what_a_spreadsheet_could_not_compute_is_nobodys_name(live: Live, client: httpx.AsyncClient) -> None:
    path = await a_draft(client)
    await imported(client, path, "Nom;Prénom\n#N/A;Zoé\n=RECHERCHEV(A1);Ada\nDurand;Bob\n".encode())
    assert await kept(live, path) == (["Bob Durand"], ["Zoé #N/A", "Ada =RECHERCHEV(A1)"])
