"""Who keeps a voucher of the demonstration with an address, and who wants to be reminded of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.demo.purse import Carried
from vouchers.holders import claiming, letters, reminding
from vouchers.holders.letters import LetterView

LEA: Final = "lea.martin@courriel.example"
MALIK: Final = "malik.saidi@courriel.example"
TAKEN: Final = "250 2.0.0 Ok: queued"
SOON: Final = timedelta(minutes=2)


async def keep_some(
    session: AsyncSession, examples: Sequence[UUID], carried: Sequence[Carried], *, at: datetime
) -> None:
    """Two people keep a voucher each, one of them already spent from; one is to be reminded in time."""
    spent_from = next((one.id for one in carried if one.left), examples[0])
    for voucher, email in ((examples[-1], LEA), (spent_from, MALIK)):
        await claiming.ask_claim(session, voucher, email=email, language="fr", at=at)
        for asked in await _posted(session, at):
            await claiming.confirm_claim(session, asked, at=at + SOON)
    await reminding.ask_reminder(session, examples[-1], email=LEA, days=(60, 15), language="fr", at=at)
    for asked in await _posted(session, at):
        await reminding.confirm_reminder(session, asked, at=at + SOON)


async def _posted(session: AsyncSession, at: datetime) -> list[LetterView]:
    """What was asked for was sent at that moment, and its link opened."""
    opened = []
    for letter in await letters.queued(session, limit=10):
        secret = await letters.new_secret(session, letter)
        await letters.claim(session, letter, composed=await letters.hash_in(session, letter), at=at)
        await letters.settle(session, letter, "sent", detail=TAKEN, at=at)
        opened.append(await letters.opened(session, secret, at=at + SOON))
    return opened
