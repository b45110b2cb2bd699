"""Letters to people who sign in: the link in them is made here, so that it lies in no queue."""

from __future__ import annotations

import asyncio
import logging
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import links, offices, people
from api.auth.links import Purpose
from api.auth.people import PersonUnknown
from api.email import composing_people
from api.email.composing import look_of
from api.email.letters import Envelope, Letter
from api.email.sending import Postponed, Refused, mailer_of
from api.installation import Installation, Town, in_transaction
from ledger.days import day_of
from ledger.ids import new_id
from merchants import programme

MINUTES: Final = links.LASTS["sign_in"].seconds // 60

_log = logging.getLogger(__name__)


class LetterPutOff(Exception):
    """The mail server takes nothing at the moment: the job is tried again."""


async def send_link(installation: Installation, town: Town, person_id: UUID, purpose: Purpose) -> None:
    """Make a link for a person and send it. Nobody who is gone or disabled receives one.

    :raises LetterPutOff: if it is to be tried again; the next try makes another link
    """

    async def work(session: AsyncSession) -> Letter:
        return await _letter(session, installation, town, person_id, purpose)

    try:
        letter = await in_transaction(town.sessions, work)
    except PersonUnknown:
        return
    outcome = await mailer_of(installation.settings).send(letter, about_to=_nothing_to_write)
    if isinstance(outcome, Postponed):
        raise LetterPutOff
    if isinstance(outcome, Refused):
        _log.warning("a link could not be sent: %s", outcome.detail)


async def _letter(
    session: AsyncSession, installation: Installation, town: Town, person_id: UUID, purpose: Purpose
) -> Letter:
    at = await clock.now(session)
    person = await people.person(session, person_id)
    terms = await programme.terms_on(session, day_of(at))
    home = f"{installation.settings.base_url}/{town.registered.slug}"
    link = home + await links.link_for(session, person_id, purpose, at)
    look = look_of(terms, home=f"{home}/")
    envelope = Envelope(new_id(), person.email, installation.settings.sender, at, person.language)
    if purpose == "sign_in":
        return await asyncio.to_thread(
            composing_people.sign_in_letter, envelope, look, name=person.name, link=link, minutes=MINUTES
        )
    held = (await offices.offices_of(session, [person_id]))[person_id]
    names = await offices.names_of(session, held)
    place = next((names[one.subject] for one in reversed(held) if one.subject in names), look.programme)
    until = day_of(at + links.LASTS["invitation"])
    return await asyncio.to_thread(
        composing_people.invitation_letter,
        envelope, look, name=person.name, link=link, invited_by=look.legal_name, place=place, until=until,
    )  # fmt: skip


async def _nothing_to_write() -> None:
    """A link may be sent twice: the second is another one."""
