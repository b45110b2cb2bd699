"""`obole people`: who signs in to the pages of a programme."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import links, offices, people
from api.auth.people import PersonUnknown, PersonView
from api.auth.permissions import Role
from api.commands.opening import in_session
from api.commands.reading import Json, Limit, Slug, an_id
from api.commands.telling import LANGUAGE, as_json, facts, note, say, table
from api.installation import Town
from api.settings import Settings
from vouchers.holders import forgetting
from vouchers.orders.lists.addresses import canonical

BY: Final = "command line"
ONCE: Final = "The link opens once, within seven days, and lets its holder choose a password. It is not shown again."

Email = Annotated[str, typer.Option(help="By which they sign in.")]

app = typer.Typer(no_args_is_help=True, help="People: who signs in to the pages, and what they are.")


@app.command("add")
def add(
    email: Email,
    role: Annotated[Role, typer.Option(help="What they are; manager is the town centre's.")],
    name: Annotated[str, typer.Option(help="Kept as it is of who is known already.")] = "",
    subject: Annotated[
        UUID | None, typer.Option(parser=an_id, metavar="ID", help="The buyer, shop or till; none for the others.")
    ] = None,
    slug: Slug = None,
    json: Json = False,
) -> None:
    """Give somebody an office, made known if need be, and a link to sign in with."""

    async def work(session: AsyncSession, town: Town) -> tuple[PersonView, str]:
        at = await clock.now(session)
        found = await links.invite(
            session, email=email, name=name or email.partition("@")[0], language=LANGUAGE.get(), role=role,
            subject=subject, by=BY, at=at, letter=False,
        )  # fmt: skip
        path = await links.link_for(session, found.id, "invitation", at)
        return found, f"{Settings().base_url}/{town.registered.slug}{path}"

    added, link = in_session(slug, work)
    if json:
        as_json({"person": added, "role": role, "subject": subject, "link": link})
        return
    facts("", {"person": added.name, "e-mail": added.email, "is": role, "id": added.id})
    say(link)
    note(ONCE)


@app.command("list")
def list_(slug: Slug = None, limit: Limit = 50, json: Json = False) -> None:
    """List people and what they are."""

    async def work(session: AsyncSession, _: Town) -> list[dict[str, object]]:
        found = await people.people_page(session, limit=limit)
        held = await offices.offices_of(session, [one.id for one in found])
        return [
            {
                "id": one.id, "name": one.name, "email": one.email, "disabled_at": one.disabled_at,
                "offices": [{"role": office.role, "subject": office.subject} for office in held[one.id]],
            }
            for one in found
        ]  # fmt: skip

    found = in_session(slug, work)
    if json:
        as_json(found)
        return
    table(
        ("name", "e-mail", "is", "disabled", "id"),
        [(one["name"], one["email"], _roles(one["offices"]), one["disabled_at"], one["id"]) for one in found],
    )


@app.command("disable")
def disable(email: Email, slug: Slug = None, json: Json = False) -> None:
    """Let somebody sign in no more; every browser of theirs is signed out at once."""

    async def work(session: AsyncSession, _: Town) -> PersonView:
        found = await people.find(session, email=email)
        if found is None:
            raise PersonUnknown
        return await people.disable(session, found.id, at=await clock.now(session))

    gone = in_session(slug, work)
    if json:
        as_json(gone)
    else:
        say(f"{gone.name} ({gone.email}) signs in no more.")


@app.command("forget-holder")
def forget_holder(
    email: Annotated[str, typer.Option(help="With which vouchers are kept, or that is reminded of one.")],
    slug: Slug = None,
    json: Json = False,
) -> None:
    """Forget the address of somebody who holds vouchers; the vouchers stay as good as they are."""

    async def work(session: AsyncSession, _: Town) -> str:
        address = canonical(email)
        await forgetting.forget_address(session, address, at=await clock.now(session))
        return address

    gone = in_session(slug, work)
    if json:
        as_json({"forgotten": gone})
    else:
        say(f"Nothing is kept with {gone} any more, and it is reminded of nothing.")
        note("What an order says of its beneficiaries is its buyer's, and stays.")


def _roles(held: object) -> str:
    return ", ".join(str(one["role"]) for one in held) if isinstance(held, list) else ""
