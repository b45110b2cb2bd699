"""`obole till` and `obole key`: tills of shops, and the keys by which programs speak to the API."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import keys
from api.auth.keys import KeyView
from api.auth.permissions import KeyRole
from api.commands.opening import in_session
from api.commands.reading import Id, Json, Limit, Slug, an_id
from api.commands.shops import shop_of
from api.commands.telling import as_json, facts, note, say, table
from api.installation import Town
from merchants.shops import tills
from merchants.shops.tills import TillView

ONCE: Final = "This is the only time that the key is shown."

till = typer.Typer(no_args_is_help=True, help="Tills: where a shop redeems.")
key = typer.Typer(no_args_is_help=True, help="Keys: by which programs speak to the API.")


@till.command("open")
def open_(
    shop: Annotated[str, typer.Argument(help="SIRET or id of the shop.")],
    label: Annotated[str, typer.Option(help="How the shop tells it from others.")] = "Caisse 1",
    with_key: Annotated[bool, typer.Option("--with-key", help="Make its API key at once.")] = False,
    scope: Annotated[list[str] | None, typer.Option(help="Only this permission of the key; may be repeated.")] = None,
    slug: Slug = None,
    json: Json = False,
) -> None:
    """Put a till of a shop into service."""

    async def work(session: AsyncSession, town: Town) -> tuple[TillView, str | None]:
        found, at = await shop_of(session, shop), await clock.now(session)
        opened = await tills.open_till(session, found.id, label=label, at=at)
        if not with_key:
            return opened, None
        _, text = await keys.make_key(
            session, slug=town.registered.slug, role="till", subject=opened.id, label=label, at=at, scopes=scope
        )
        return opened, text

    opened, text = in_session(slug, work)
    if json:
        as_json({"till": opened, "key": text})
        return
    facts("", {"till": opened.id, "label": opened.label, "shop": opened.shop, **({"key": text} if text else {})})
    if text:
        note(ONCE)


@key.command("make")
def make(
    role: Annotated[KeyRole, typer.Option(help="Who it speaks for.")],
    subject: Annotated[
        UUID | None, typer.Option(parser=an_id, metavar="ID", help="The buyer, shop or till; none for the operator.")
    ] = None,
    label: Annotated[str, typer.Option(help="What it is for, to tell it from others.")] = "",
    scope: Annotated[list[str] | None, typer.Option(help="Only this permission; may be repeated.")] = None,
    slug: Slug = None,
    json: Json = False,
) -> None:
    """Make a key. It is shown once."""

    async def work(session: AsyncSession, town: Town) -> tuple[KeyView, str]:
        at, named = await clock.now(session), label or role
        return await keys.make_key(
            session, slug=town.registered.slug, role=role, subject=subject, label=named, at=at, scopes=scope
        )

    made, text = in_session(slug, work)
    if json:
        as_json({"key": text, "id": made.id, "role": made.role, "subject": made.subject, "scopes": made.scopes})
        return
    facts("", {"key": text, "id": made.id, "role": made.role, "may": ", ".join(made.scopes)})
    note(ONCE)


@key.command("list")
def list_(slug: Slug = None, limit: Limit = 50, json: Json = False) -> None:
    """List keys, newest first; of each only its last signs."""
    found = in_session(slug, lambda session, _: keys.keys_page(session, limit=limit))
    if json:
        as_json(found)
        return
    table(
        ("key", "role", "label", "made", "revoked", "speaks for", "id"),
        [(f"…{one.hint}", one.role, one.label, one.made_at, one.revoked_at, one.subject, one.id) for one in found],
    )


@key.command("revoke")
def revoke(id_: Id, slug: Slug = None, json: Json = False) -> None:
    """Let a key open nothing any more."""

    async def work(session: AsyncSession, _: Town) -> KeyView:
        return await keys.revoke_key(session, id_, at=await clock.now(session))

    revoked = in_session(slug, work)
    if json:
        as_json(revoked)
    else:
        say(f"The key …{revoked.hint} ({revoked.label}) is revoked.")
