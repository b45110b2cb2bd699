"""Holders at work: who keeps which voucher with which address, and the letters that come to them.

A letter is opened as a person opens it: by the secret that was made as it was sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tests.given import Town
from tests.till import Paper
from vouchers.holders import claiming, finding, letters, reminding, replacing
from vouchers.holders.letters import Kind, LetterView
from vouchers.orders import handing
from vouchers.orders.lists.addresses import canonical

ANNE: Final = "anne@famille.example"
BORIS: Final = "boris@ailleurs.example"


async def waiting(town: Town) -> list[LetterView]:
    """The letters that wait to be sent, oldest first."""

    async def work(session: AsyncSession) -> list[LetterView]:
        found = [await letters.letter(session, one) for one in await letters.queued(session, limit=1_000)]
        return [one for one in found if one is not None]

    return await town.do(work)


async def post(town: Town) -> dict[str, LetterView]:
    """Send what waits.

    :returns: the letters by the secrets in them
    """
    sent: dict[str, LetterView] = {}
    for one in await waiting(town):

        async def work(session: AsyncSession, one: LetterView = one) -> str:
            secret = await letters.new_secret(session, one.id)
            composed = await letters.hash_in(session, one.id)
            assert await letters.claim(session, one.id, composed=composed, at=town.at)
            await letters.settle(session, one.id, "sent", detail=None, at=town.at)
            return secret

        sent[await town.do(work)] = one
    return sent


async def ask_to_keep(town: Town, voucher: Paper | UUID, email: str) -> bool:
    known = voucher if isinstance(voucher, UUID) else voucher.id
    return await town.do(
        lambda session: claiming.ask_claim(session, known, email=canonical(email), language="fr", at=town.at)
    )


async def confirm(town: Town, secret: str) -> bool:
    async def work(session: AsyncSession) -> bool:
        return await claiming.confirm_claim(session, await letters.opened(session, secret, at=town.at), at=town.at)

    return await town.do(work)


async def keep(town: Town, voucher: Paper, email: str) -> None:
    """Ask, open the letter, press its button."""
    assert await ask_to_keep(town, voucher, email)
    ((secret, _),) = (await post(town)).items()
    assert await confirm(town, secret)


async def keeper(town: Town, voucher: Paper | UUID) -> str | None:
    known = voucher if isinstance(voucher, UUID) else voucher.id
    found = await town.do(lambda session: claiming.keeper_of(session, known))
    return found.email if found else None


async def kept_by(town: Town, email: str) -> list[UUID]:
    found = await town.do(lambda session: claiming.kept_by(session, email))
    return [one.facts.id for one in found]


async def with_money(town: Town, email: str) -> list[UUID]:
    """What a letter to this address would open."""
    found = await town.do(lambda session: claiming.with_money(session, email, at=town.at))
    return [one.facts.id for one in found]


async def let_go(town: Town, voucher: Paper, email: str) -> None:
    await town.do(lambda session: claiming.let_go(session, voucher.id, email=email, at=town.at))


async def replace(town: Town, voucher: Paper | UUID, email: str) -> UUID:
    known = voucher if isinstance(voucher, UUID) else voucher.id
    return await town.do(lambda session: replacing.replace(session, known, email=email, keys=town.keys, at=town.at))


async def lose(town: Town, email: str) -> None:
    await town.do(lambda session: finding.ask_lost(session, email=email, language="fr", at=town.at))


async def be_reminded(town: Town, voucher: Paper, email: str, days: Iterable[int] = (60, 15, 3)) -> None:
    """Ask for reminders, open the letter, press its button."""
    await town.do(
        lambda session: reminding.ask_reminder(session, voucher.id, email=email, days=days, language="fr", at=town.at)
    )
    ((secret, _),) = (await post(town)).items()

    async def work(session: AsyncSession) -> None:
        await reminding.confirm_reminder(session, await letters.opened(session, secret, at=town.at), at=town.at)

    await town.do(work)


async def reminders(town: Town) -> list[tuple[str, int]]:
    """The letters that go now because a last day is near: to whom, and how many days before it. They are sent."""
    while await town.do(lambda session: reminding.remind_due(session, at=town.at)):
        pass
    return [(one.email, one.days[0]) for one in (await post(town)).values() if one.kind == "remind"]


async def kinds(town: Town) -> list[tuple[Kind, str]]:
    """Which letters wait, and for whom. They are sent."""
    return [(one.kind, one.email) for one in (await post(town)).values()]


async def deliver(town: Town, order: UUID) -> None:
    """Send the vouchers of an order by e-mail: every message is taken by its server."""

    async def work(session: AsyncSession) -> None:
        await handing.ask_vouchers(session, order, actor="obole", at=town.at)
        await _sent(session, town)

    await town.do(work)


async def deliver_again(town: Town, order: UUID, beneficiary: UUID, address: str | None = None) -> None:
    async def work(session: AsyncSession) -> None:
        await handing.ask_again(session, order, beneficiary, address=address, actor="buyer", at=town.at)
        await _sent(session, town)

    await town.do(work)


async def _sent(session: AsyncSession, town: Town) -> None:
    for one in await handing.queued(session, limit=1_000):
        assert await handing.claim(session, one, at=town.at)
        await handing.settle(session, one, "sent", detail=None, at=town.at)
