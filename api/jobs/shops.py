"""Letters to shops, and what happens to them by itself: accounts that hold after two days, invitations that end.

Links in these letters are made here, by the job that sends them, so that they lie in no queue.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import links, offices, people
from api.auth.people import PersonUnknown
from api.auth.visits import TOKEN_BYTES, hash_of
from api.email import composing_shops
from api.email.composing import Look, look_of
from api.email.composing_shops import BankFacts, BankStep
from api.email.letters import Envelope, Letter
from api.email.sending import Outcome, Postponed, Refused, mailer_of
from api.installation import Installation, Town, in_transaction
from api.jobs.leaving import Ready, became, send_waiting
from api.jobs.people import LetterPutOff
from ledger.days import day_of
from ledger.formats import Language, shown_moment
from ledger.ids import new_id
from merchants import programme
from merchants.joining import applying, inviting, letters
from merchants.joining import invitations as reading
from merchants.joining import links as joining_links
from merchants.joining.errors import ApplicationUnknown
from merchants.joining.invitations import InvitationView
from merchants.shops import bank_changing
from merchants.shops.queries import shop
from vouchers.orders.lists.addresses import AddressInvalid, canonical

DEFAULT: Final[Language] = "fr"
"""The language of an address whose person is not known."""

_log = logging.getLogger(__name__)


async def send_application_letter(installation: Installation, town: Town, application_id: UUID) -> None:
    """Let somebody confirm the address from which a shop applied.

    :raises LetterPutOff: if it is to be tried again; the next try makes another link
    """

    async def work(session: AsyncSession) -> Callable[[], Letter] | None:
        at = await clock.now(session)
        try:
            found = await applying.application(session, application_id)
        except ApplicationUnknown:
            return None
        if found.state != "unconfirmed":
            return None
        until = found.asked_at + applying.KEPT
        secret = await _link(session, application=application_id, ends_at=until)
        look, home = await _look(session, installation, town, at)
        envelope = Envelope(new_id(), found.email, installation.settings.sender, at, found.language)
        return lambda: composing_shops.application_letter(
            envelope, look, name=found.name, shop=found.asked.name, link=f"{home}/join/confirm/{secret}",
            until=day_of(until),
        )  # fmt: skip

    await _send(installation, await in_transaction(town.sessions, work))


async def send_declined_letter(installation: Installation, town: Town, application_id: UUID) -> None:
    """Tell a shop that it is not let in, and why.

    :raises LetterPutOff:
    """

    async def work(session: AsyncSession) -> Callable[[], Letter]:
        at = await clock.now(session)
        found = await applying.application(session, application_id)
        look, _ = await _look(session, installation, town, at)
        envelope = Envelope(new_id(), found.email, installation.settings.sender, at, found.language)
        return lambda: composing_shops.declined_letter(
            envelope, look, name=found.name, shop=found.asked.name, reason=found.reason
        )

    await _send(installation, await in_transaction(town.sessions, work))


async def send_welcome_letter(installation: Installation, town: Town, person_id: UUID, shop_id: UUID) -> None:
    """Tell an owner that its shop is in, with a link that signs in.

    :raises LetterPutOff: if it is to be tried again; the next try makes another link
    """

    async def work(session: AsyncSession) -> Callable[[], Letter] | None:
        at = await clock.now(session)
        try:
            person = await people.person(session, person_id)
            path = await links.link_for(session, person_id, "invitation", at)
        except PersonUnknown:
            return None
        known = await shop(session, shop_id)
        look, home = await _look(session, installation, town, at)
        envelope = Envelope(new_id(), person.email, installation.settings.sender, at, person.language)
        until = day_of(at + links.LASTS["invitation"])
        return lambda: composing_shops.welcome_letter(
            envelope, look, name=person.name, shop=known.name, link=home + path, until=until
        )

    await _send(installation, await in_transaction(town.sessions, work))


async def send_bank_letters(installation: Installation, town: Town, change_id: UUID, step: BankStep) -> None:
    """Tell the address that was known when a change of account was asked for, and every owner of the shop.

    :raises LetterPutOff: if one of them is to be tried again; those who have it already then have it twice
    """

    async def work(session: AsyncSession) -> list[Callable[[], Letter]]:
        at = await clock.now(session)
        found = await bank_changing.change(session, change_id)
        known = await shop(session, found.shop)
        look, home = await _look(session, installation, town, at)
        composed = []
        for address, language in (await _told(session, found.shop, found.told)).items():
            bank = BankFacts(found.masked, shown_moment(found.applies_at, language), known.iban is None)
            envelope = Envelope(new_id(), address, installation.settings.sender, at, language)
            composed.append(_bank_letter(envelope, look, step, known.name, f"{home}/shop/{found.shop}/bank", bank))
        return composed

    for compose in await in_transaction(town.sessions, work):
        await _send(installation, compose)


async def send_invitations(installation: Installation, town: Town) -> None:
    """Send every letter of an invitation that waits; what the other side puts off waits for the next run."""
    await send_waiting(installation, town, letters.queued, partial(_invitation, installation, town))


async def tend_shops(installation: Installation, town: Town) -> None:
    """Every minute: accounts whose two days are over hold, invitations end and leave, what nobody confirmed goes."""

    async def work(session: AsyncSession) -> None:
        at = await clock.now(session)
        await bank_changing.apply_due(session, at=at)
        await inviting.expire_due(session, at=at)
        await letters.doubt_stale(session, at=at)
        await applying.forget_unconfirmed(session, at=at)
        await joining_links.forget_old(session, at=at)

    await in_transaction(town.sessions, work)
    await send_invitations(installation, town)


async def _invitation(installation: Installation, town: Town, invitation_id: UUID) -> Ready | None:
    async def work(session: AsyncSession) -> tuple[InvitationView, Callable[[], Letter]] | None:
        at = await clock.now(session)
        found = await reading.invitation(session, invitation_id)
        if not found.is_open or found.letter != "queued":
            return None
        known = await shop(session, found.shop)
        secret = await _link(session, invitation=invitation_id, ends_at=found.ends_at)
        look, home = await _look(session, installation, town, at)
        envelope = Envelope(found.letter_id, found.email, installation.settings.sender, at, found.language)
        return found, lambda: composing_shops.shop_invitation_letter(
            envelope, look, shop=known.name, message=found.message, link=f"{home}/join/invited/{secret}",
            until=day_of(found.ends_at), again=found.letters > 1,
        )  # fmt: skip

    composed = await in_transaction(town.sessions, work)
    if composed is None:
        return None
    found, compose = composed

    async def claim(session: AsyncSession, at: datetime) -> bool:
        return await letters.claim(session, found.id, letter=found.letter_id, at=at)

    return Ready(await asyncio.to_thread(compose), claim, partial(_settle, found))


async def _settle(found: InvitationView, session: AsyncSession, outcome: Outcome, at: datetime) -> None:
    state = became(outcome, asked_at=found.letter_at, at=at)
    since = found.letter_at if state == "queued" else at
    await letters.settle(session, found.id, letter=found.letter_id, outcome=state, detail=outcome.detail, at=since)


async def _send(installation: Installation, compose: Callable[[], Letter] | None) -> None:
    if compose is None:
        return
    letter = await asyncio.to_thread(compose)
    outcome = await mailer_of(installation.settings).send(letter, about_to=_nothing_to_write)
    if isinstance(outcome, Postponed):
        raise LetterPutOff
    if isinstance(outcome, Refused):
        _log.warning("a letter to a shop could not be sent: %s", outcome.detail)


def _bank_letter(
    envelope: Envelope, look: Look, step: BankStep, name: str, link: str, bank: BankFacts
) -> Callable[[], Letter]:
    return lambda: composing_shops.bank_letter(envelope, look, step, shop=name, link=link, bank=bank)


async def _told(session: AsyncSession, shop_id: UUID, before: str | None) -> dict[str, Language]:
    """Who is told of a change of account, each address once, in its language."""
    found: dict[str, Language] = {}
    held = await offices.holders(session, role="shop", subject=shop_id)
    owners = await people.people_by_id(session, {one.person for one in held})
    for address, language in (
        (before or "", DEFAULT),
        *((one.email, one.language) for one in owners.values() if one.disabled_at is None),
    ):
        try:
            found.setdefault(canonical(address), language)
        except AddressInvalid:
            continue
    return found


async def _link(
    session: AsyncSession, *, ends_at: datetime, invitation: UUID | None = None, application: UUID | None = None
) -> str:
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    await joining_links.keep_link(
        session, hash_of(secret), ends_at=ends_at, invitation=invitation, application=application
    )
    return secret


async def _look(session: AsyncSession, installation: Installation, town: Town, at: datetime) -> tuple[Look, str]:
    home = f"{installation.settings.base_url}/{town.registered.slug}"
    terms = await programme.terms_on(session, day_of(at))
    return look_of(terms, home=f"{home}/"), home


async def _nothing_to_write() -> None:
    """Nothing is lost if such a letter is sent twice."""
