"""Offices: what people are in a programme. When one changes, its holder's visits end: no token keeps old rights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import visits
from api.auth.permissions import EVERYWHERE, Role
from api.tables import Office, Person
from ledger.errors import Refusal
from ledger.ids import new_id
from merchants.shops.queries import shop, shops_by_id
from merchants.shops.tills import till, tills_by_id
from vouchers.buyers import buyer, buyers_by_id


class OfficeUnknown(Refusal):
    """Nobody holds such an office here."""

    def __init__(self, *, office: UUID) -> None:
        self.office = office
        super().__init__(f"There is no office {office}.")


class OfficeSubjectWrong(Refusal):
    """A buyer, a shop owner and a till are so for one of them, which must be named; the others for none."""

    def __init__(self, *, role: str) -> None:
        self.role = role
        super().__init__(f"An office of role {role} needs its own kind of subject.")


class LastOperator(Refusal):
    """A programme keeps one operator at least who can sign in."""

    def __init__(self) -> None:
        super().__init__("This is the last operator.")


@dataclass(frozen=True, slots=True)
class OfficeView:
    """An office that a person holds. ``subject`` is the buyer, shop or till; none for the programme as a whole."""

    id: UUID
    person: UUID
    role: Role
    subject: UUID | None
    given_by: str
    given_at: datetime


async def give(
    session: AsyncSession, *, person: UUID, role: Role, subject: UUID | None = None, by: str, at: datetime
) -> OfficeView:
    """Give a person an office, and end its visits; an office that it holds already changes nothing.

    :raises OfficeSubjectWrong, BuyerUnknown, ShopUnknown, TillUnknown:
    """
    await _refuse_wrong_subject(session, role, subject)
    given = insert(Office).values(
        id=new_id(), person_id=person, role=role, subject=subject, given_by=by, given_at=at
    )  # fmt: skip
    added = await session.execute(given.on_conflict_do_nothing().returning(Office.id))
    if added.scalar_one_or_none() is not None:
        await visits.end_all(session, person, at=at)
    held = await offices_of(session, [person])
    return next(one for one in held[person] if (one.role, one.subject) == (role, subject))


async def withdraw(session: AsyncSession, office: UUID, *, subject: UUID | None = None, at: datetime) -> OfficeView:
    """Withdraw an office, and end the visits of who held it.

    :param subject: the only buyer, shop or till whose offices may be withdrawn here, if it is not any
    :raises OfficeUnknown, LastOperator:
    """
    row = (await session.execute(select(Office).where(Office.id == office))).scalar_one_or_none()
    if row is None or (subject is not None and row.subject != subject):
        raise OfficeUnknown(office=office)
    if row.role == "operator":
        await refuse_last_operator(session, row.person_id)
    gone = delete(Office).where(Office.id == office).execution_options(synchronize_session=False)
    await session.execute(gone)
    await visits.end_all(session, row.person_id, at=at)
    return _view(row)


async def offices_of(session: AsyncSession, people: Sequence[UUID]) -> dict[UUID, list[OfficeView]]:
    """The offices of people, of each in the order in which they were given."""
    found: dict[UUID, list[OfficeView]] = {person: [] for person in people}
    rows = await session.execute(select(Office).where(Office.person_id.in_(found)).order_by(Office.id))
    for row in rows.scalars():
        found[row.person_id].append(_view(row))
    return found


async def holders(session: AsyncSession, *, role: Role, subject: UUID | None = None) -> list[OfficeView]:
    """Who holds an office, in the order in which it was given."""
    statement = select(Office).where(Office.role == role, Office.subject.is_not_distinct_from(subject))
    return [_view(row) for row in (await session.execute(statement.order_by(Office.id))).scalars()]


async def names_of(session: AsyncSession, offices: Sequence[OfficeView]) -> dict[UUID, str]:
    """The names of the buyers, shops and tills of offices."""
    by_role: dict[str, list[UUID]] = {"buyer": [], "shop": [], "till": []}
    for one in offices:
        if one.subject is not None:
            by_role[one.role].append(one.subject)
    companies = await buyers_by_id(session, by_role["buyer"])
    shops = await shops_by_id(session, by_role["shop"])
    tills = await tills_by_id(session, by_role["till"])
    return {
        **{key: one.name for key, one in companies.items()},
        **{key: one.name for key, one in shops.items()},
        **{key: one.label for key, one in tills.items()},
    }


async def refuse_last_operator(session: AsyncSession, person: UUID) -> None:
    """Let nobody but the last operator go. Two who would each remove the other wait for each other here.

    :raises LastOperator:
    """
    operators = (
        select(Person.id)
        .join(Office, Office.person_id == Person.id)
        .where(Office.role == "operator", Person.disabled_at.is_(None))
    )
    await session.execute(operators.order_by(Person.id).with_for_update(of=Person))
    if set((await session.execute(operators)).scalars()) <= {person}:
        raise LastOperator


async def _refuse_wrong_subject(session: AsyncSession, role: Role, subject: UUID | None) -> None:
    if (role in EVERYWHERE) != (subject is None):
        raise OfficeSubjectWrong(role=role)
    if subject is not None:
        match role:
            case "buyer":
                await buyer(session, subject)
            case "shop":
                await shop(session, subject)
            case _:
                await till(session, subject)


def _view(row: Office) -> OfficeView:
    return OfficeView(row.id, row.person_id, cast("Role", row.role), row.subject, row.given_by, row.given_at)
