"""`obole buyer`: who buys, and what they pay in."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.commands.opening import in_session
from api.commands.reading import Id, Json, Limit, Slug, Sum
from api.commands.telling import as_json, facts, money, say, table
from api.installation import Town
from vouchers import buyers
from vouchers.buyers import BuyerView, NewBuyer

app = typer.Typer(no_args_is_help=True, help="Buyers: register them, record what they pay.")


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Of the company or the person.")],
    person: Annotated[bool, typer.Option("--person", help="A private person, not a company.")] = False,
    siren: Annotated[str | None, typer.Option(help="Nine digits, of a company.")] = None,
    vat_number: Annotated[str | None, typer.Option()] = None,
    email: Annotated[str | None, typer.Option()] = None,
    slug: Slug = None,
    json: Json = False,
) -> None:
    """Register a buyer."""
    new = NewBuyer("person" if person else "company", name, siren, vat_number, email)

    async def work(session: AsyncSession, _: Town) -> BuyerView:
        return await buyers.register_buyer(session, new, at=await clock.now(session))

    added = in_session(slug, work)
    if json:
        as_json(added)
    else:
        facts("", {"buyer": added.name, "id": added.id})


@app.command("paid")
def paid(
    id_: Id,
    amount: Sum,
    reference: Annotated[str | None, typer.Option(help="As on the bank's statement.")] = None,
    slug: Slug = None,
    json: Json = False,
) -> None:
    """Record a transfer that came to the bank from a buyer."""

    async def work(session: AsyncSession, _: Town) -> tuple[UUID, BuyerView]:
        await buyers.buyer(session, id_)
        transfer = await buyers.pay_in(session, id_, amount, reference=reference, at=await clock.now(session))
        return transfer, await buyers.buyer(session, id_)

    transfer, buyer = in_session(slug, work)
    if json:
        as_json({"transfer": transfer, "buyer": buyer})
    else:
        say(f"{money(amount)} from {buyer.name}; {money(buyer.credit)} is there to order with.")


@app.command("list")
def list_(slug: Slug = None, limit: Limit = 50, json: Json = False) -> None:
    """List buyers and their credit."""
    found = in_session(slug, lambda session, _: buyers.buyers_page(session, limit=limit))
    if json:
        as_json(found)
    else:
        table(("buyer", "kind", "SIREN", "credit", "id"), [(b.name, b.kind, b.siren, b.credit, b.id) for b in found])
