"""The books of account by the API: months closed once, the FEC and the books as files."""

from __future__ import annotations

import io

import openpyxl

from tests import fec_reader
from tests.api.given import World, problem
from tests.api.lived import LAST_MONTH, TODAY

MONTH, THIS_MONTH = f"{LAST_MONTH:%Y-%m}", f"{TODAY:%Y-%m}"


async def test_a_month_is_closed_once_and_read_back_to_the_cent(world: World) -> None:
    operator = await world.door("operator")
    within = {"first": MONTH, "last": MONTH}
    problem(await operator.get("/accounting/fec", month=MONTH), 409, "month-not-closed")
    problem(await operator.post("/accounting/months", {"month": THIS_MONTH}), 409, "month-not-over")
    problem(await operator.post("/accounting/months", {"month": "2026-13"}), 422, "period-malformed")
    closed = (await operator.post("/accounting/months", {"month": MONTH})).json()
    again = (await operator.post("/accounting/months", {"month": MONTH})).json()
    assert (closed["first_day"], closed) == (str(LAST_MONTH), again)
    assert (await operator.get("/accounting/months")).json() == [closed]
    answer = await operator.get("/accounting/fec", month=MONTH)
    assert answer.headers["content-type"] == "text/plain; charset=iso-8859-15"
    lines = fec_reader.read(answer.content)
    assert sum(one.debit for one in lines) == closed["total"] > 0
    assert len(lines) == 2 * closed["transfers"]
    journal = await operator.get("/accounting/books/journal", **within)
    assert len(journal.text.splitlines()) == 1 + len(lines)
    workbook = await operator.get("/accounting/books/balance", **within, form="xlsx")
    assert openpyxl.load_workbook(io.BytesIO(workbook.content)).sheetnames == ["trial-balance"]
    problem(await operator.get("/accounting/books/secrets", **within), 422)
    problem(await operator.get("/accounting/books/ledger", first=MONTH, last="1999-01"), 422)
