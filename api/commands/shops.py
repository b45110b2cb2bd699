"""`obole shops`: import lists of shops, list them, note who accepted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.commands.door import REFUSED
from api.commands.opening import in_session, in_town
from api.commands.reading import InFile, Json, Limit, Slug
from api.commands.telling import LANGUAGE, as_json, bar, note, say, table
from api.installation import Town
from merchants.shops import queries, registering
from merchants.shops.checking import BadLine, Checked, NewShop, check_rows
from merchants.shops.queries import ShopView, Status
from merchants.shops.reading import Rows, read_rows
from merchants.shops.reasons import field_name, sentence

ACTOR: Final = "command line"
AT_ONCE: Final = 500

app = typer.Typer(no_args_is_help=True, help="Shops: import, list, accept.")


@app.command("import")
def import_(
    file: Annotated[Path, InFile.__metadata__[0]],
    slug: Slug = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is wrong; import nothing.")] = False,
    good_lines: Annotated[
        bool, typer.Option("--good-lines", help="Import the good lines though others are bad.")
    ] = False,
    json: Json = False,
) -> None:
    """Import shops from a CSV or XLSX file, as invited.

    Nothing is imported while a line is bad, unless --good-lines is given; then all good lines enter at once.
    """
    content = file.read_bytes()

    async def work(town: Town) -> tuple[Rows, Checked, int]:
        with bar("Reading"):
            rows = await asyncio.to_thread(read_rows, content, file.name)
        async with town.sessions.begin() as session:
            known = await registering.sirets(session)
            with bar("Checking"):
                checked = await asyncio.to_thread(check_rows, rows, known)
            wanted = checked.good if (good_lines or not checked.bad) and not dry_run else ()
            await _register(session, wanted)
        return rows, checked, len(wanted)

    rows, checked, imported = in_town(slug, work)
    if json:
        as_json(_report(file, rows, checked, imported))
    else:
        _tell(checked, imported, dry_run=dry_run)
    if checked.bad and not imported:
        raise typer.Exit(REFUSED)


@app.command("list")
def list_(
    slug: Slug = None,
    status: Annotated[Status | None, typer.Option(help="Only those.")] = None,
    commune: Annotated[str | None, typer.Option(help="Only there, spelled as in the register.")] = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """List shops in the order in which they were registered."""
    found = in_session(
        slug, lambda session, _: queries.shops_page(session, status=status, commune=commune, limit=limit)
    )
    if json:
        as_json(found)
        return
    table(
        ("shop", "SIRET", "where", "trade", "status", "id"),
        [(one.name, one.siret, f"{one.postcode} {one.commune}", one.trade, one.status, one.id) for one in found],
    )
    if len(found) == limit:
        note(f"The first {limit}; --limit shows more.")


@app.command("accept")
def accept(
    shops: Annotated[list[str] | None, typer.Argument(help="SIRET or id of each shop.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every shop that is invited or suspended.")] = False,
    remark: Annotated[str | None, typer.Option("--note", help="How it accepted, for the record.")] = None,
    slug: Slug = None,
    json: Json = False,
) -> None:
    """Note that shops accepted the programme's charter: from then on they redeem."""
    if bool(shops) == every:
        raise typer.BadParameter("Name shops by SIRET or id, or say --all.")

    async def work(session: AsyncSession, _: Town) -> list[ShopView]:
        wanted = [(await shop_of(session, one)).id for one in shops or ()] or await _waiting(session)
        at, accepted = await clock.now(session), []
        with bar("Accepting") as told:
            for one in wanted:
                accepted.append(await registering.set_status(session, one, "accepted", actor=ACTOR, note=remark, at=at))
                told(len(accepted), len(wanted))
        return accepted

    accepted = in_session(slug, work)
    if json:
        as_json(accepted)
    else:
        say(f"{len(accepted)} shops accepted." if len(accepted) != 1 else f"{accepted[0].name} accepted.")


async def shop_of(session: AsyncSession, typed: str) -> ShopView:
    """A shop by its SIRET or its id.

    :raises ShopUnknown, SiretInvalid:
    """
    digits = "".join(typed.split())
    found = await queries.shop_by_siret(session, digits)
    if found is not None:
        return found
    try:
        return await queries.shop(session, UUID(digits))
    except ValueError:
        raise typer.BadParameter(f"No shop has the SIRET or id {typed[:40]!r}.") from None


async def _waiting(session: AsyncSession) -> list[UUID]:
    every: list[ShopView] = []
    for status in ("invited", "suspended"):
        every += await queries.shops_page(session, status=status, limit=1_000_000)
    return [one.id for one in every]


async def _register(session: AsyncSession, wanted: Sequence[NewShop]) -> None:
    at = await clock.now(session)
    with bar("Importing") as told:
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            await registering.register_all(session, some, actor=ACTOR, at=at)
            told(start + len(some), len(wanted))


def _reason(one: BadLine) -> str:
    return sentence(one.code, LANGUAGE.get(), value=one.value, expected=one.expected, line=one.other_line)


def _tell(checked: Checked, imported: int, *, dry_run: bool) -> None:
    if checked.bad:
        rows = [(str(one.line), field_name(one.field, LANGUAGE.get()), _reason(one)) for one in checked.bad]
        table(("line", "field", "what is wrong, and what to do"), rows)
    bad = len({one.line for one in checked.bad})
    good = f"{len(checked.good):,} good lines"
    if imported:
        say(f"{imported:,} shops imported, as invited{f'; {bad:,} bad lines left out' if bad else ''}.")
    elif dry_run:
        say(f"{good}, {bad:,} bad ones. Nothing is imported: this was a dry run.")
    elif bad:
        say(f"{good}, {bad:,} bad ones. Nothing is imported; mend them, or add --good-lines to import the good ones.")
    else:
        say("The file holds no shop.")


def _report(file: Path, rows: Rows, checked: Checked, imported: int) -> dict[str, object]:
    return {
        "file": file,
        "encoding": rows.encoding,
        "columns": rows.columns,
        "ignored_columns": rows.ignored,
        "good_lines": len(checked.good),
        "imported": imported,
        "bad": [
            {"line": one.line, "field": one.field, "code": one.code, "value": one.value, "reason": _reason(one)}
            for one in checked.bad
        ],
    }
