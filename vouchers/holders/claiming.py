"""Keeping a voucher with an e-mail address, so that a lost telephone is not lost money (decision 0034).

A voucher is kept with one address at most. One that was sent by e-mail is kept with the address it was sent to from
the start: its code lies in that mailbox. Every other is kept once somebody who has its code has typed an address and
opened the link that was sent there. Keeping belongs to the voucher and not to its chain: when the operator or the
buyer replaces it, whoever kept the old one has no claim to the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger import posting
from ledger.days import day_of
from ledger.formats import Language
from ledger.money import Money
from vouchers.facts import VoucherFacts, voucher
from vouchers.holders import letters
from vouchers.holders.errors import VoucherNotKept
from vouchers.holders.letters import LetterView
from vouchers.holders.tables import Claim
from vouchers.orders.handing_out.delivered import delivered_to, delivery_of
from vouchers.queries import VoucherView, voucher_views

TOLD_AGAIN: Final = timedelta(days=1)
"""How soon whoever keeps a voucher is told once more that somebody else wants to."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """With whom a voucher is kept. The address is for letters, never for a page."""

    email: str
    language: Language

    def is_at(self, email: str) -> bool:
        """Whether this is the same mailbox: no server in use tells Ann from ann."""
        return self.email.lower() == email.lower()


async def keeper_of(session: AsyncSession, voucher_id: UUID) -> Keeper | None:
    """With whom a voucher is kept; None if anybody who has its code may keep it."""
    row = (await session.execute(select(Claim).where(Claim.voucher_id == voucher_id))).scalar_one_or_none()
    if row is not None:
        return Keeper(row.email, cast("Language", row.language)) if row.email else None
    sent = await delivery_of(session, voucher_id)
    return Keeper(sent.address, sent.language) if sent else None


async def ask_claim(session: AsyncSession, voucher_id: UUID, *, email: str, language: Language, at: datetime) -> bool:
    """Ask to keep a voucher with an address: a letter goes there, and nothing is kept until its link is opened.

    :param email: canonical
    :returns: whether it may be; False if it is kept already, and then whoever keeps it is told, once a day
    :raises VoucherUnknown, VoucherReplaced, VoucherBlocked, VoucherExpired:
    """
    _refuse_dead(await voucher(session, voucher_id), at)
    keeper = await keeper_of(session, voucher_id)
    if keeper is None:
        await letters.ask(session, "claim", email=email, language=language, voucher=voucher_id, at=at)
        return True
    if not keeper.is_at(email):
        await _tell(session, voucher_id, keeper, at)
    return False


async def confirm_claim(session: AsyncSession, asked: LetterView, *, at: datetime) -> bool:
    """Keep a voucher with the address to which this letter went. A second time changes nothing.

    :returns: whether it is kept there now; False if somebody else was first, who is told
    :raises VoucherReplaced, VoucherBlocked, VoucherExpired:
    """
    assert asked.voucher is not None  # noqa: S101 - a letter about a voucher
    # The lock that reissuing takes: a code that is dead by now proves nothing about the one that took its place.
    await posting.lock(session, [asked.voucher])
    _refuse_dead(await voucher(session, asked.voucher), at)
    keeper = await keeper_of(session, asked.voucher)
    if keeper is not None:
        if not keeper.is_at(asked.email):
            await _tell(session, asked.voucher, keeper, at)
        return keeper.is_at(asked.email)
    await keep(session, asked.voucher, Keeper(asked.email, asked.language), at=at)
    return True


async def let_go(session: AsyncSession, voucher_id: UUID, *, email: str, at: datetime) -> None:
    """Stop keeping a voucher with this address: whoever has its code may keep it from now on.

    :raises VoucherNotKept:
    """
    await posting.lock(session, [voucher_id])
    await require_keeper(session, voucher_id, email)
    await keep(session, voucher_id, None, at=at)


async def require_keeper(session: AsyncSession, voucher_id: UUID, email: str) -> Keeper:
    """With whom a voucher is kept, if that is this address.

    :raises VoucherNotKept:
    """
    keeper = await keeper_of(session, voucher_id)
    if keeper is None or not keeper.is_at(email):
        raise VoucherNotKept
    return keeper


async def kept_by(session: AsyncSession, email: str) -> list[VoucherView]:
    """The vouchers that are kept with an address and not replaced, oldest first.

    :param email: canonical, in whatever case
    """
    sent = [one.voucher for one in await delivered_to(session, email)]
    rows = await session.execute(select(Claim.voucher_id).where(func.lower(Claim.email) == email.lower()))
    own = set(rows.scalars())
    rows = await session.execute(select(Claim.voucher_id).where(Claim.voucher_id.in_(sent)))
    decided = set(rows.scalars())
    views = await voucher_views(session, sorted(own | (set(sent) - decided)))
    return [one for _, one in sorted(views.items()) if one.facts.status != "replaced"]


async def with_money(session: AsyncSession, email: str, *, at: datetime) -> list[VoucherView]:
    """Those of them on which something is left that can be spent today or later."""
    return [one for one in await kept_by(session, email) if spendable(one, at)]


def spendable(one: VoucherView, at: datetime) -> bool:
    """Whether something is left on a voucher that can be spent today or later."""
    return one.left > Money(0) and one.facts.status == "active" and one.facts.last_day >= day_of(at)


async def keep(session: AsyncSession, voucher_id: UUID, keeper: Keeper | None, *, at: datetime) -> None:
    """Write down with whom a voucher is kept, under the lock of its account. For this package."""
    values = {
        "email": keeper.email if keeper else None, "language": keeper.language if keeper else "fr", "claimed_at": at,
        "looked_at": at, "idle_since": None,
    }  # fmt: skip
    written = insert(Claim).values(voucher_id=voucher_id, **values)
    await session.execute(written.on_conflict_do_update(index_elements=[Claim.voucher_id], set_=values))


async def forget_claims(session: AsyncSession, vouchers: Sequence[UUID]) -> None:
    """Forget with whom these were kept."""
    await session.execute(
        delete(Claim).where(Claim.voucher_id.in_(vouchers)).execution_options(synchronize_session=False)
    )


async def strike_address(session: AsyncSession, email: str) -> None:
    """Forget an address wherever something is kept with it."""
    await session.execute(
        update(Claim)
        .where(func.lower(Claim.email) == email.lower())
        .values(email=None)
        .execution_options(synchronize_session=False)
    )


def _refuse_dead(found: VoucherFacts, at: datetime) -> None:
    found.refuse_unless_usable(max(day_of(at), found.valid_from))


async def _tell(session: AsyncSession, voucher_id: UUID, keeper: Keeper, at: datetime) -> None:
    since = at - TOLD_AGAIN
    if not await letters.asked_since(session, "contested", email=keeper.email, voucher=voucher_id, since=since):
        await letters.ask(session, "contested", email=keeper.email, language=keeper.language, voucher=voucher_id, at=at)
