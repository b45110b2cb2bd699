"""`obole batch` and `obole redeem`: vouchers issued, printed and spent."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.commands.opening import in_session, in_town
from api.commands.reading import Id, Json, Limit, Slug, Sum, a_day, a_sum, an_id
from api.commands.telling import LANGUAGE, as_json, bar, day, facts, money, note, say, table
from api.installation import Town, in_transaction
from api.settings import Settings
from ledger.formats import Language
from ledger.money import Money
from ledger.once import Once
from merchants.settlements.queries import reference
from vouchers import codes, issuing, queries, sheets
from vouchers.issuing import NewBatch
from vouchers.queries import BatchView
from vouchers.redeeming import Asked, Receipt, redeem_many
from vouchers.rules.queries import version_of_rule
from vouchers.sheets import Sheets
from vouchers.sheets_pdf import Layout

ACTOR: Final = "command line"

app = typer.Typer(no_args_is_help=True, help="Batches: issue vouchers, print their sheets.")


@app.command("issue")
def issue(
    buyer: Annotated[UUID, typer.Option(parser=an_id, metavar="ID", help="Who buys.")],
    value: Annotated[Money, typer.Option(parser=a_sum, metavar="AMOUNT", help="Face value of each voucher.")],
    quantity: Annotated[int, typer.Option(min=1, max=issuing.MOST, help="How many.")],
    label: Annotated[str, typer.Option(help="What they are for.")] = "",
    first: Annotated[date | None, typer.Option("--from", parser=a_day, metavar="DAY", help="First day; today.")] = None,
    last: Annotated[
        date | None, typer.Option("--until", parser=a_day, metavar="DAY", help="Last day; by the programme's rules.")
    ] = None,
    on_credit: Annotated[bool, typer.Option("--on-credit", help="Issue though it is not paid yet.")] = False,
    rule: Annotated[
        UUID | None, typer.Option(parser=an_id, metavar="ID", help="The rule of use that limits where they are taken.")
    ] = None,
    slug: Slug = None,
    json: Json = False,
) -> None:
    """Issue a batch of up to 100,000 vouchers, all or none."""
    new = NewBatch(buyer, value, quantity, label=label, valid_from=first, last_day=last, on_credit=on_credit)

    async def work(town: Town) -> BatchView:
        with bar("Issuing") as told:

            async def write(session: AsyncSession) -> BatchView:
                at = await clock.now(session)
                version = None if rule is None else (await version_of_rule(session, rule)).id
                limited = replace(new, rule=version)
                issued = await issuing.issue(session, limited, keys=town.keys, actor=ACTOR, at=at, progress=told)
                return await queries.batch(session, issued)

            return await in_transaction(town.sessions, write)

    issued = in_town(slug, work)
    if json:
        as_json(issued)
        return
    facts("", _issued(issued))
    note(f"Print them: obole batch sheet {issued.id} -o vouchers.pdf")


@app.command("sheet")
def sheet(
    id_: Id,
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, writable=True, help="The PDF to write.")],
    layout: Annotated[Layout, typer.Option(help="Eight a page to cut out, or one a page.")] = "eight",
    language: Annotated[Language, typer.Option("--in", help="The language of the sheet.")] = "fr",
    base_url: Annotated[str | None, typer.Option("--url", help="What the QR links begin with.")] = None,
    slug: Slug = None,
) -> None:
    """Print a batch as a PDF: QR codes, the codes under them, values and last days."""
    address = (base_url or Settings().base_url).rstrip("/")

    async def work(session: AsyncSession, town: Town) -> Sheets:
        at = await clock.now(session)
        return await sheets.batch_sheets(session, id_, town.keys, address, at=at, language=language)

    gathered = in_session(slug, work)
    if not gathered.vouchers:
        say("Every voucher of this batch is spent, expired or replaced: there is nothing to print.")
        return
    with bar("Drawing") as told, output.open("wb") as drawn:
        sheets.draw(drawn, gathered, layout, progress=told)
    say(f"{len(gathered.vouchers):,} vouchers in {output}.")


@app.command("list")
def list_(
    buyer: Annotated[UUID | None, typer.Option(parser=an_id, metavar="ID", help="Only this buyer's.")] = None,
    slug: Slug = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """List batches, newest first."""
    found = in_session(slug, lambda session, _: queries.batches_page(session, buyer=buyer, limit=limit))
    if json:
        as_json(found)
        return
    table(
        ("issued", "label", "vouchers", "each", "through", "id"),
        [(one.issued_at, one.label, one.quantity, one.face_value, one.last_day, one.id) for one in found],
    )


def redeem(
    code: Annotated[str, typer.Argument(help="The code under the QR, or its link; - reads it from standard input.")],
    amount: Sum,
    till: Annotated[UUID, typer.Option(parser=an_id, metavar="ID", help="Which till redeems.")],
    key: Annotated[str | None, typer.Option(help="The same key again gives the first answer again.")] = None,
    slug: Slug = None,
    json: Json = False,
) -> None:
    """Redeem part of a voucher, or all that is left."""
    presented = sys.stdin.readline() if code == "-" else code

    async def work(town: Town) -> Receipt:
        found = UUID(bytes=codes.read(presented.strip(), town.keys.keys))
        asked = Asked(till, found, amount, _once(till, key, found, amount) if key else None)

        async def write(session: AsyncSession) -> Receipt:
            (answer,) = await redeem_many(session, [asked], at=await clock.now(session))
            if isinstance(answer, Receipt):
                return answer
            raise answer

        return await in_transaction(town.sessions, write)

    receipt = in_town(slug, work)
    if json:
        as_json({**{name: getattr(receipt, name) for name in _SHOWN}, "reference": reference(receipt.redemption)})
    elif LANGUAGE.get() == "fr":
        say(f"OK, {money(receipt.amount)} encaissés, reste {money(receipt.left)}, jusqu'au {day(receipt.last_day)}.")
    else:
        say(f"OK, {money(receipt.amount)} redeemed, {money(receipt.left)} left, through {day(receipt.last_day)}.")


_SHOWN: Final = ("redemption", "voucher", "shop", "till", "amount", "left", "last_day", "at")


def _once(till: UUID, key: str, code: UUID, amount: Money) -> Once:
    return Once(till, key, hashlib.sha256(f"redeem\n{till}\n{code}\n{amount.cents}".encode()).digest())


def _issued(batch: BatchView) -> dict[str, object]:
    return {
        "batch": batch.id,
        "label": batch.label or None,
        "vouchers": batch.quantity,
        "each": batch.face_value,
        "in all": batch.face_value * batch.quantity,
        "fee and VAT": batch.fee + batch.fee_vat,
        "from": batch.valid_from,
        "through": batch.last_day,
    }
