"""`obole accounts`: close months for accounts, and write what an accountant takes away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Final, Literal

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.commands.opening import in_session, in_town
from api.commands.reading import Json, Slug, a_month
from api.commands.telling import as_json, bar, facts, say, table
from api.installation import Town
from ledger import months
from ledger.days import Period
from ledger.formats import Language
from ledger.months import Closed
from merchants.settlements import accounting
from vouchers.bookkeeping import exports

app = typer.Typer(no_args_is_help=True, help="Accounts: months closed for good, the FEC, journal, ledger, balance.")

ACTOR: Final = "command line"

AMonth = Annotated[Period, typer.Argument(parser=a_month, metavar="YYYY-MM", help="A month, such as 2026-10.")]
Folder = Annotated[Path, typer.Option("--output", "-o", file_okay=False, help="Where the file goes.")]


@app.command("close")
def close(month: AMonth, slug: Slug = None, json: Json = False) -> None:
    """Close a month for accounts: its entries get their numbers for good. A second time changes nothing."""

    async def work(session: AsyncSession, _town: Town) -> Closed:
        with bar("Closing"):
            return await accounting.close_month(session, month, by=ACTOR, at=await clock.now(session))

    told = _told(in_session(slug, work))
    if json:
        as_json(told)
    else:
        facts("Closed for accounts", told)


@app.command("months")
def list_(slug: Slug = None, json: Json = False) -> None:
    """The months that are closed for accounts."""
    found = in_session(slug, lambda session, _town: months.closed_months(session))
    if json:
        as_json([_told(one) for one in found])
    else:
        table(("month", "entries", "total", "closed at"), [tuple(_told(one).values()) for one in found])


@app.command("fec")
def fec(month: AMonth, folder: Folder = Path(), slug: Slug = None) -> None:
    """Write the FEC of a year, from its beginning through a month (LPF art. A47 A-1)."""

    async def work(town: Town) -> Path:
        async with town.sessions.begin() as session:
            asked = await exports.wanted(session, month, month, "fr")
        return await _write(exports.fec_bytes(town.sessions, asked), folder / exports.fec_name(asked))

    say(str(in_town(slug, work)))


@app.command("book")
def book(
    which: Annotated[Literal["journal", "ledger", "balance"], typer.Argument(help="Which book.")],
    first: Annotated[Period, typer.Option("--from", parser=a_month, metavar="YYYY-MM", help="The first month.")],
    last: Annotated[
        Period | None, typer.Option("--to", parser=a_month, metavar="YYYY-MM", help="The last one; the first if none.")
    ] = None,
    form: Annotated[Literal["csv", "xlsx"], typer.Option("--as", help="How it is written.")] = "csv",
    folder: Folder = Path(),
    language: Annotated[Language, typer.Option("--in", help="Its language.")] = "fr",
    slug: Slug = None,
) -> None:
    """Write the journal, the general ledger or the trial balance of closed months."""

    async def work(town: Town) -> Path:
        async with town.sessions.begin() as session:
            asked = await exports.wanted(session, first, last or first, language)
        name = exports.book_name(asked, which, form)
        return await _write(exports.book_bytes(town.sessions, asked, which, form), folder / name)

    say(str(in_town(slug, work)))


async def _write(parts: AsyncIterator[bytes], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with bar("Writing"), path.open("wb") as file:
        async for part in parts:
            file.write(part)
    return path


def _told(one: Closed) -> dict[str, object]:
    return {
        "month": f"{one.first_day:%Y-%m}", "entries": one.entries, "total": one.total, "closed_at": one.closed_at,
    }  # fmt: skip
