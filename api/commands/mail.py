"""`obole mail`: try how letters leave, and take note of those that came back."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated, Final

import typer
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.commands.door import REFUSED
from api.commands.opening import books, chosen
from api.commands.reading import Json, Slug
from api.commands.telling import LANGUAGE, as_json, fail, note, say
from api.email.bounces import MOST, Bounce, read_bounce
from api.email.composing import look_of
from api.email.composing_people import trial_letter
from api.email.letters import AddressImpossible, Envelope, address
from api.email.sending import Doubtful, Outcome, Postponed, Refused, Sent, mailer_of
from api.installation import Installation, Town, in_transaction
from ledger.days import day_of
from ledger.ids import new_id
from merchants import programme
from merchants.invoices import letters as settlement_letters
from merchants.joining import letters as joining_letters
from vouchers.orders import handing

LATER: Final = 75
"""What a mail server takes for “try again later” (EX_TEMPFAIL of sysexits.h)."""

app = typer.Typer(no_args_is_help=True, help="Letters: try how they leave, note those that came back.")


@app.command("test")
def trial(
    to: Annotated[str, typer.Option(help="To which address.")],
    slug: Slug = None,
    json: Json = False,
) -> None:
    """Send a letter that says that letters arrive, by the mail server that is set or into the outbox."""
    try:
        to = address(to).spec
    except AddressImpossible as impossible:
        raise typer.BadParameter(str(impossible)) from None
    outcome = asyncio.run(_test(slug, to))
    if json:
        as_json({"outcome": type(outcome).__name__.lower(), "detail": outcome.detail})
    else:
        _tell(to, outcome)
    if not isinstance(outcome, Sent):
        raise typer.Exit(LATER if isinstance(outcome, Postponed) else REFUSED)


@app.command("bounced")
def bounced(
    recipient: Annotated[str, typer.Option(help="To whom the message was delivered, if the mail server tells.")] = "",
    json: Json = False,
) -> None:
    """Read a message of a mail server from standard input, and note which letter came back and why.

    For a mail server's pipe. Whatever is no bounce of ours is left alone, with exit code 0; 75 asks to try again later.
    """
    found = read_bounce(sys.stdin.buffer.read(MOST + 1), recipient=recipient)
    if not isinstance(found, Bounce):
        noted, told = False, found.reason
    elif not found.final:
        noted, told = False, f"The mail server is still trying: {found.detail}"
    else:
        try:
            noted = asyncio.run(_bounced(found))
        except (SQLAlchemyError, OSError):
            fail("The database does not answer; nothing was noted.")
            raise typer.Exit(LATER) from None
        told = found.detail if noted else "No programme here sent that letter."
    if json:
        as_json({"noted": noted, "mailing": found.mailing if isinstance(found, Bounce) else None, "detail": told})
    elif noted:
        say(f"Noted: {told}")
    else:
        note(f"Nothing to note. {told}")


async def _test(slug: str | None, to: str) -> Outcome:
    async def nothing_to_note() -> None:
        return

    async with books() as opened:
        town = await chosen(opened, slug)
        settings = opened.settings
        async with town.sessions.begin() as session:
            at = await clock.now(session)
            terms = await programme.terms_on(session, day_of(at))
        look = look_of(terms, home=f"{settings.base_url}/{town.registered.slug}/")
        letter = trial_letter(Envelope(new_id(), to, settings.sender, at, LANGUAGE.get()), look)
        return await mailer_of(settings).send(letter, about_to=nothing_to_note)


async def _bounced(bounce: Bounce) -> bool:
    async with books() as opened:
        return await _noted(opened, bounce)


async def _noted(opened: Installation, bounce: Bounce) -> bool:
    """Whether the letter is one of any programme's."""
    for town in await opened.all_towns():
        if await _note_in(town, bounce):
            return True
    return False


async def _note_in(town: Town, bounce: Bounce) -> bool:
    async def work(session: AsyncSession) -> bool:
        at = await clock.now(session)
        noted = await handing.bounced(session, bounce.mailing, detail=bounce.detail, at=at)
        noted = noted or await joining_letters.bounced(session, bounce.mailing, detail=bounce.detail)
        return noted or await settlement_letters.bounced(session, bounce.mailing, detail=bounce.detail, at=at)

    return await in_transaction(town.sessions, work)


def _tell(to: str, outcome: Outcome) -> None:
    match outcome:
        case Sent():
            say(f"Sent to {to}: {outcome.detail}")
        case Refused():
            fail(f"Refused for good: {outcome.detail}")
        case Postponed():
            fail(f"Not taken now, try again later: {outcome.detail}")
        case Doubtful():
            fail(f"It left, but the mail server never said whether it took it: {outcome.detail}")
