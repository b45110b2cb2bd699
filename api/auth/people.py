"""People who sign in: who they are, by which address they are written to, and whether they still may."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import offices, visits
from api.tables import OneTimeLink, Person
from ledger.errors import Refusal
from ledger.formats import Language
from ledger.ids import new_id
from vouchers.orders.lists.addresses import AddressInvalid, canonical

LONGEST_NAME: Final = 100


class PersonUnknown(Refusal):
    """Nobody of this id or address signs in here."""

    def __init__(self) -> None:
        super().__init__("There is no such person.")


class PersonEmailTaken(Refusal):
    """Somebody signs in by this address already, however it is written."""

    def __init__(self) -> None:
        super().__init__("Somebody has this address already.")


class PersonNameMalformed(Refusal):
    """A person's name is one line of a hundred characters at most."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"A name is one line of {most} characters at most.")


class PersonDisabled(Refusal):
    """This person signs in no more."""

    def __init__(self) -> None:
        super().__init__("This person is disabled.")


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody who signs in."""

    id: UUID
    email: str
    name: str
    language: Language
    has_password: bool
    made_at: datetime
    disabled_at: datetime | None


async def register(session: AsyncSession, *, email: str, name: str, language: Language, at: datetime) -> PersonView:
    """Make a person known, who may do nothing yet.

    :raises AddressInvalid, PersonEmailTaken, PersonNameMalformed:
    """
    person_id = new_id()
    made = insert(Person).values(
        id=person_id, email=canonical(email), name=_name(name), language=language, made_at=at
    )  # fmt: skip
    added = await session.execute(made.on_conflict_do_nothing().returning(Person.id))
    if added.scalar_one_or_none() is None:
        raise PersonEmailTaken
    return await person(session, person_id)


async def person(session: AsyncSession, person_id: UUID) -> PersonView:
    """One person.

    :raises PersonUnknown:
    """
    row = (await session.execute(select(Person).where(Person.id == person_id))).scalar_one_or_none()
    if row is None:
        raise PersonUnknown
    return _view(row)


async def find(session: AsyncSession, *, email: str) -> PersonView | None:
    """Who has this address, in upper or lower case."""
    try:
        wanted = canonical(email)
    except AddressInvalid:
        return None
    statement = select(Person).where(func.lower(Person.email) == func.lower(wanted))
    row = (await session.execute(statement)).scalar_one_or_none()
    return None if row is None else _view(row)


async def people_page(session: AsyncSession, *, after: UUID | None = None, limit: int) -> list[PersonView]:
    """People in the order in which they became known."""
    statement = select(Person).order_by(Person.id).limit(limit)
    if after is not None:
        statement = statement.where(Person.id > after)
    return [_view(row) for row in (await session.execute(statement)).scalars()]


async def people_by_id(session: AsyncSession, people: set[UUID]) -> dict[UUID, PersonView]:
    """These people."""
    rows = await session.execute(select(Person).where(Person.id.in_(people)))
    return {row.id: _view(row) for row in rows.scalars()}


async def change(session: AsyncSession, person_id: UUID, *, name: str, language: Language) -> None:
    """Give a person another name or language.

    :raises PersonNameMalformed:
    """
    values = {"name": _name(name), "language": language}
    statement = update(Person).where(Person.id == person_id).values(**values)
    await session.execute(statement.execution_options(synchronize_session=False))


async def disable(session: AsyncSession, person_id: UUID, *, at: datetime) -> PersonView:
    """Let a person sign in no more: every visit ends at once, no link of theirs opens anything any more.

    :raises PersonUnknown, LastOperator:
    """
    await person(session, person_id)
    held = await offices.offices_of(session, [person_id])
    if any(one.role == "operator" for one in held[person_id]):
        await offices.refuse_last_operator(session, person_id)
    statement = update(Person).where(Person.id == person_id, Person.disabled_at.is_(None)).values(disabled_at=at)
    await session.execute(statement.execution_options(synchronize_session=False))
    await visits.end_all(session, person_id, at=at)
    links = delete(OneTimeLink).where(OneTimeLink.person_id == person_id)
    await session.execute(links.execution_options(synchronize_session=False))
    return await person(session, person_id)


async def enable(session: AsyncSession, person_id: UUID) -> PersonView:
    """Let a disabled person sign in again, with the offices that it still holds.

    :raises PersonUnknown:
    """
    statement = update(Person).where(Person.id == person_id).values(disabled_at=None)
    await session.execute(statement.execution_options(synchronize_session=False))
    return await person(session, person_id)


def _name(typed: str) -> str:
    name = " ".join(typed.split())
    # A letter begins with it: nothing that no keyboard types, and no marks that turn the reading direction.
    if not name or len(name) > LONGEST_NAME or any(unicodedata.category(one) in {"Cc", "Cf", "Cs"} for one in name):
        raise PersonNameMalformed(most=LONGEST_NAME)
    return name


def _view(row: Person) -> PersonView:
    return PersonView(
        row.id, row.email, row.name, cast("Language", row.language), row.password_hash is not None, row.made_at,
        row.disabled_at,
    )  # fmt: skip
