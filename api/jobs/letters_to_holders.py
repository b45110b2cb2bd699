"""From a letter to a holder that was asked for to the one that goes out: what the books say at this moment.

The secret of the link in it is made here, so that it lies in no queue; here is also where nothing to say is noticed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.email import composing_holders
from api.email.composing import Gift, Look, look_of, reminder_letter
from api.email.composing_holders import Found
from api.email.letters import Envelope, Letter
from api.installation import Installation, Town
from ledger.days import day_of
from merchants import programme
from vouchers import codes
from vouchers.holders import claiming, letters
from vouchers.holders.letters import LetterView
from vouchers.queries import VoucherView, voucher_view

Compose = Callable[[], Letter]


async def written(installation: Installation, town: Town, letter_id: UUID, session: AsyncSession) -> Letter | None:
    """The letter as it goes out; None if there is nothing to say, and then nothing of who asked for it is kept."""
    asked = await letters.to_compose(session, letter_id)
    if asked is None:
        return None
    at = await clock.now(session)
    base, slug = installation.settings.base_url, town.registered.slug
    look = look_of(await programme.terms_on(session, day_of(at)), home=f"{base}/{slug}/")
    envelope = Envelope(asked.id, asked.email, installation.settings.sender, at, asked.language)
    if asked.voucher is None:
        compose = await _lost(session, town, base, look, envelope, asked)
    else:
        view = await voucher_view(session, asked.voucher)
        compose = await _about(session, town, base, look, envelope, asked, view)
    if compose is None:
        await letters.drop(session, letter_id)
        return None
    return await asyncio.to_thread(compose)


async def _lost(
    session: AsyncSession, town: Town, base: str, look: Look, envelope: Envelope, asked: LetterView
) -> Compose | None:
    """All that is kept with an address."""
    kept = await claiming.with_money(session, asked.email, at=envelope.at)
    if not kept:
        return None
    found = [Found(one.left, one.facts.last_day, _link(town, base, one)) for one in kept]
    manage, until = await _opening(session, look, asked), day_of(asked.ends_at)
    return partial(composing_holders.lost_letter, envelope, look, found, manage=manage, until=until)


async def _about(
    session: AsyncSession, town: Town, base: str, look: Look, envelope: Envelope, asked: LetterView, view: VoucherView
) -> Compose | None:
    """What there is to say of one voucher: of one that cannot be spent any more, nothing."""
    if not claiming.spendable(view, envelope.at):
        return None
    link, until, last_day = await _opening(session, look, asked), day_of(asked.ends_at), view.facts.last_day
    match asked.kind:
        case "claim":
            return partial(composing_holders.claim_letter, envelope, look, link=link, until=until)
        case "contested":
            return partial(composing_holders.contested_letter, envelope, look, manage=link, until=until)
        case "reminder":
            ask = composing_holders.confirm_reminder_letter
            return partial(ask, envelope, look, days=asked.days, last_day=last_day, link=link, until=until)
        case _:
            gift, days = _gift(town, base, view), (last_day - day_of(envelope.at)).days
            return partial(reminder_letter, envelope, look, gift, days=days, withdraw=link)


async def _opening(session: AsyncSession, look: Look, asked: LetterView) -> str:
    return f"{look.home}held/{await letters.new_secret(session, asked.id)}"


def _gift(town: Town, base: str, view: VoucherView) -> Gift:
    """A voucher as its holder is reminded of it: who gave it to whom is not for whoever asked."""
    code = codes.derive(town.keys.keys[view.facts.key_number], view.facts.id)
    return Gift(
        "", None, "", view.face_value, view.left, view.facts.last_day, codes.link(base, code), code.typed,
        rule=view.facts.rule,
    )  # fmt: skip


def _link(town: Town, base: str, view: VoucherView) -> str:
    return codes.link(base, codes.derive(town.keys.keys[view.facts.key_number], view.facts.id))
