"""`obole close` and `obole statement`: pay the shops for a period, and give each its paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.commands.door import REFUSED
from api.commands.opening import in_town
from api.commands.reading import FirstDay, Json, LastDay, Month, Slug, Week, a_period
from api.commands.telling import as_json, bar, facts, fail, say
from api.installation import Town, in_transaction
from api.settings import Settings
from api.settling import settle_what_was_opened, settled
from api.statements import statement_file
from ledger.days import Period
from ledger.formats import Language
from merchants.settlements import opening, queries
from merchants.settlements.papers import Form
from merchants.settlements.queries import ClosingView, SettlementView
from merchants.settlements.rounds import Round


def close(
    month: Month = None, week: Week = None, first: FirstDay = None, last: LastDay = None, slug: Slug = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Close a month, or any period, for all shops; or a week, for those paid weekly. A second time changes nothing.

    Stopped half-way, it goes on where it was when it is called again, or within the minute if a server runs.
    """
    if week is not None and (month, first, last) != (None, None, None):
        raise typer.BadParameter("Say one period: --week, or --month, or --from and --to.")
    asked = Round(week, "weekly") if week is not None else Round(a_period(month, first, last))

    async def work(town: Town) -> tuple[ClosingView, bool]:
        async def begin(session: AsyncSession) -> tuple[ClosingView, bool]:
            before = await queries.closing_of(session, asked.period, rhythm=asked.rhythm)
            opened = await opening.begin(session, asked, at=await clock.now(session))
            return opened, before is None or before.finished_at is None

        with bar("Closing") as told:
            await settle_what_was_opened(town.sessions, before=asked)
            opened, fresh = await in_transaction(town.sessions, begin)
            return await settled(town.sessions, opened.id, progress=told), fresh

    closed, fresh = in_town(slug, work)
    if json:
        as_json({**{name: getattr(closed, name) for name in closed.__dataclass_fields__}, "closed_before": not fresh})
        return
    facts(
        "Closed" if fresh else "Closed before: nothing changed",
        {
            "from": closed.first_day, "through": closed.last_day, "shops": closed.settlements,
            "redeemed less undone": closed.turnover, "commission": closed.commission, "VAT on it": closed.vat,
            "to pay": closed.paid,
        },
    )  # fmt: skip


def statement(
    number: Annotated[str | None, typer.Argument(help="Such as TREIZ-2026-000123.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every shop's, of a closed period.")] = False,
    month: Month = None,
    first: FirstDay = None,
    last: LastDay = None,
    folder: Annotated[Path, typer.Option("--output", "-o", file_okay=False, help="Where the files go.")] = Path(),
    language: Annotated[Language, typer.Option("--in", help="The language of the paper.")] = "fr",
    form: Annotated[Form, typer.Option("--as", help="A paper, or for a spreadsheet.")] = "pdf",
    slug: Slug = None,
    json: Json = False,
) -> None:
    """Write statements, one file a shop: every redemption, the totals, what is paid and when."""
    if (number is None) != every:
        raise typer.BadParameter("Give the number of a statement, or --all with --month.")
    period = a_period(month, first, last) if every else None

    async def work(town: Town) -> list[Path] | None:
        wanted = await (_of_period(town, period) if period else _of_number(town, number or ""))
        return None if wanted is None else await _write(town, wanted, folder, form=form, language=language)

    written = in_town(slug, work)
    if written is None:
        fail(f"{number}: no statement has this number." if number else "This period is not closed. `obole close` does.")
        raise typer.Exit(REFUSED)
    if json:
        as_json({"written": written})
    else:
        say(str(written[0]) if len(written) == 1 else f"{len(written):,} statements in {folder.resolve()}.")


async def _of_period(town: Town, period: Period) -> list[SettlementView] | None:
    async with town.sessions.begin() as session:
        found = await queries.closing_of(session, period)
        return None if found is None else await queries.settlements_page(session, closing=found.id, limit=1_000_000)


async def _of_number(town: Town, number: str) -> list[SettlementView] | None:
    async with town.sessions.begin() as session:
        found = await queries.settlement_by_number(session, number.strip().upper())
    return [found] if found else None


async def _write(
    town: Town, wanted: list[SettlementView], folder: Path, *, form: Form, language: Language
) -> list[Path]:
    base_url = Settings().base_url
    if wanted:
        folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nobody else waits in this process
    written: list[Path] = []
    with bar("Drawing statements") as told:
        for one in wanted:
            content = await statement_file(town, one.id, form=form, language=language, base_url=base_url)
            path = folder / f"{one.number}.{form}"
            path.write_bytes(content)
            written.append(path)
            told(len(written), len(wanted))
    return written
