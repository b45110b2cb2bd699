"""A shop applies by itself: it asks, confirms its address, and is accepted or declined by a person (opt-in).

Until the address is confirmed nothing is a shop's: whoever types a SIRET that is not theirs changes nothing. What was
asked for is written to the shop when it is accepted, and its bank account with it if it had none; another account than
the one that is known waits as any change does (`merchants.shops.bank_changing`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.formats import Language
from ledger.ids import new_id
from ledger.wishes import wish
from merchants.joining import charter
from merchants.joining.errors import (
    ApplicationDecided,
    ApplicationUnknown,
    CharterOutdated,
    ReasonMissing,
    ShopAppliedAlready,
    ShopJoinedAlready,
)
from merchants.joining.tables import Application, Invitation, JoiningLink
from merchants.numbering import one_at_a_time
from merchants.shops import bank_changing, registering
from merchants.shops.checking import NewShop
from merchants.shops.queries import ShopView, shop, shop_by_siret
from merchants.shops.spelling import spaced

State = Literal["unconfirmed", "waiting", "accepted", "declined"]

KEPT: Final = timedelta(days=7)
"""How long an application waits for its address to be confirmed; then it is deleted."""

LONGEST_REASON: Final = 300
SERIES: Final = "joining"


@dataclass(frozen=True, slots=True)
class NewApplication:
    """What somebody asks for: a shop fit to be registered, who they are, and the charter that they accept.

    :param email: canonical
    :param in_register: whether the imported register has the shop's SIRET
    """

    shop: NewShop
    name: str
    email: str
    language: Language
    charter: str
    in_register: bool
    invitation: UUID | None = None


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application and what became of it. ``asked`` is the shop as it was typed, without a bank account.

    ``has_account``: it holds a bank account that is written to the shop with its acceptance.
    """

    id: UUID
    shop: UUID | None
    invitation: UUID | None
    siret: str
    asked: NewShop
    has_account: bool
    name: str
    email: str
    language: Language
    charter: str
    in_register: bool
    state: State
    asked_at: datetime
    confirmed_at: datetime | None
    decided_at: datetime | None
    decided_by: str
    reason: str


async def refuse_known(session: AsyncSession, siret: str) -> None:
    """Whether a shop of this SIRET may apply: it is in no programme yet, or left.

    :raises ShopJoinedAlready, ShopAppliedAlready:
    """
    known = await shop_by_siret(session, siret)
    if known is not None and known.status in {"accepted", "suspended"}:
        raise ShopJoinedAlready(siret=siret)
    if known is not None and known.status == "applied":
        raise ShopAppliedAlready(siret=siret)


async def apply(session: AsyncSession, new: NewApplication, *, at: datetime) -> ApplicationView:
    """Ask to join. A letter to the address lets it be confirmed; until then nobody sees the application.

    :raises ShopJoinedAlready, ShopAppliedAlready, CharterOutdated:
    """
    if new.charter != charter.VERSION:
        raise CharterOutdated(version=charter.VERSION)
    await refuse_known(session, new.shop.siret)
    application_id = new_id()
    asked = asdict(replace(new.shop, iban=None, bic=None))
    await session.execute(
        insert(Application).values(
            id=application_id, siret=new.shop.siret, asked=asked, iban=new.shop.iban, bic=new.shop.bic,
            invitation_id=new.invitation, name=new.name, email=new.email, language=new.language, charter=new.charter,
            in_register=new.in_register, asked_at=at,
        )
    )  # fmt: skip
    wish(session, "application_letter", application=str(application_id))
    return await application(session, application_id)


async def confirm(session: AsyncSession, application_id: UUID, *, at: datetime) -> ApplicationView:
    """The address is theirs: the shop is in the register as `applied`, and the application waits to be decided.

    A second time changes nothing.

    :raises ApplicationUnknown, ShopJoinedAlready, ShopAppliedAlready:
    """
    await one_at_a_time(session, series=SERIES)
    found = await application(session, application_id)
    if found.state != "unconfirmed":
        return found
    await refuse_known(session, found.siret)
    actor = f"application:{application_id}"
    known = await shop_by_siret(session, found.siret)
    if known is None:
        known = await registering.register(session, found.asked, status="applied", actor=actor, at=at)
    else:
        known = await registering.set_status(session, known.id, "applied", actor=actor, at=at)
    await _change(session, application_id, shop_id=known.id, state="waiting", confirmed_at=at)
    answered = (
        update(Invitation)
        .where(Invitation.shop_id == known.id, Invitation.state.in_(("asked", "opened")))
        .values(state="accepted", ended_at=at)
    )
    await session.execute(answered.execution_options(synchronize_session=False))
    return await application(session, application_id)


async def accept(session: AsyncSession, application_id: UUID, *, actor: str, at: datetime) -> ShopView:
    """Let a shop in, with what it asked for.

    :raises ApplicationUnknown, ApplicationDecided:
    """
    row = await _to_decide(session, application_id)
    found, shop_id = _view(row), cast("UUID", row.shop_id)
    known = await shop(session, shop_id)
    if row.iban is not None and known.iban is None:
        await registering.set_bank_account(session, shop_id, iban=row.iban, bic=row.bic, actor=actor, at=at)
    elif row.iban is not None and known.iban != row.iban:  # asked for first: it is told to the address of before
        asked_by = f"application:{application_id}"
        await bank_changing.ask_change(session, shop_id, iban=row.iban, bic=row.bic, actor=asked_by, at=at)
    await registering.change_particulars(session, shop_id, found.asked, email=found.email, actor=actor, at=at)
    await registering.set_status(session, shop_id, "accepted", actor=actor, note=f"charter {found.charter}", at=at)
    await _decide(session, application_id, "accepted", actor=actor, at=at)
    return await shop(session, shop_id)


async def decline(
    session: AsyncSession, application_id: UUID, *, reason: str, actor: str, at: datetime
) -> ApplicationView:
    """Do not let a shop in, and say why: it is written to. The shop may apply again.

    :raises ApplicationUnknown, ApplicationDecided, ReasonMissing:
    """
    said = spaced(reason)
    if not said or len(said) > LONGEST_REASON:
        raise ReasonMissing(most=LONGEST_REASON)
    row = await _to_decide(session, application_id)
    await registering.set_status(session, cast("UUID", row.shop_id), "left", actor=actor, note=said, at=at)
    await _decide(session, application_id, "declined", actor=actor, reason=said, at=at)
    wish(session, "application_declined_letter", application=str(application_id))
    return await application(session, application_id)


async def application(session: AsyncSession, application_id: UUID) -> ApplicationView:
    """One application.

    :raises ApplicationUnknown:
    """
    return _view(await _row(session, select(Application).where(Application.id == application_id), application_id))


async def applications_page(
    session: AsyncSession, *, states: tuple[State, ...], after: UUID | None = None, limit: int
) -> list[ApplicationView]:
    """Applications in these states, newest first."""
    statement = select(Application).where(Application.state.in_(states)).order_by(Application.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(Application.id < after)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def count_waiting(session: AsyncSession) -> int:
    """How many applications wait to be decided."""
    statement = select(func.count()).select_from(Application).where(Application.state == "waiting")
    return (await session.execute(statement)).scalar_one()


async def forget_unconfirmed(session: AsyncSession, *, at: datetime) -> int:
    """Delete applications whose address nobody confirmed.

    :returns: how many
    """
    old = select(Application.id).where(Application.state == "unconfirmed", Application.asked_at < at - KEPT)
    ids = list((await session.execute(old)).scalars())
    for gone in (
        delete(JoiningLink).where(JoiningLink.application_id.in_(ids)),
        delete(Application).where(Application.id.in_(ids)),
    ):
        await session.execute(gone.execution_options(synchronize_session=False))
    return len(ids)


async def _to_decide(session: AsyncSession, application_id: UUID) -> Application:
    await one_at_a_time(session, series=SERIES)
    row = await _row(session, select(Application).where(Application.id == application_id), application_id)
    if row.state != "waiting":
        raise ApplicationDecided(state=row.state)
    return row


async def _decide(
    session: AsyncSession, application_id: UUID, state: State, *, actor: str, reason: str = "", at: datetime
) -> None:
    await _change(
        session, application_id, state=state, decided_at=at, decided_by=actor, reason=reason, iban=None, bic=None
    )


async def _change(session: AsyncSession, application_id: UUID, **values: object) -> None:
    changed = update(Application).where(Application.id == application_id).values(**values)
    await session.execute(changed.execution_options(synchronize_session=False))


async def _row(session: AsyncSession, wanted: Select[Application], application_id: UUID) -> Application:
    row = (await session.execute(wanted)).scalar_one_or_none()
    if row is None:
        raise ApplicationUnknown(application=application_id)
    return row


def _view(row: Application) -> ApplicationView:
    fields: dict[str, Any] = row.asked
    return ApplicationView(
        row.id, row.shop_id, row.invitation_id, row.siret, NewShop(**fields), row.iban is not None, row.name, row.email,
        cast("Language", row.language), row.charter, row.in_register, cast("State", row.state), row.asked_at,
        row.confirmed_at, row.decided_at, row.decided_by, row.reason,
    )  # fmt: skip
