"""Who signs in to the demonstration: invented people with an office each, all with one password, made on the spot."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import offices, passwords, people
from api.auth.permissions import Role
from api.demo.town import ACTOR

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Small letters and digits that nobody takes for one another."""

GROUPS: Final = 4
GROUP: Final = 4
"""Sixteen of them are 79 bits."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to be made known. ``company`` counts those of the demonstration, for who buys for one of them."""

    name: str
    email: str
    role: Role
    company: int | None = None


SHOPKEEPER: Final = Newcomer("Marius Olive", "marius.olive@commerce.example", "shop")
"""Whose shop it is turns out when the shops have lived: the office is given then (`api.demo.shopkeepers`)."""

PEOPLE: Final = (
    Newcomer("Nadia Benali", "nadia.benali@treiz-local.example", "operator"),
    Newcomer("Paul Meyer", "paul.meyer@treiz-local.example", "accountant"),
    Newcomer("Inès Costa", "ines.costa@treiz-local.example", "manager"),
    Newcomer("Camille Roux", "camille.roux@accoules.example", "buyer", 0),
    Newcomer("Karim Haddad", "karim.haddad@joliette.example", "buyer", 1),
    Newcomer("Élodie Fabre", "elodie.fabre@garlaban.example", "buyer", 2),
    SHOPKEEPER,
)


@dataclass(frozen=True, slots=True)
class Staff:
    """How the books call those who act: the operator, the accountant, the manager, the assistant of each company."""

    operator: str
    accountant: str
    manager: str
    assistants: tuple[str, ...]


def new_password() -> str:
    """A password that can be read out and typed: four groups of four."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def hashes_of(password: str) -> asyncio.Future[list[str]]:
    """The password as it is kept for each of them, with a salt of its own; worked on beside what goes on meanwhile."""
    return asyncio.gather(*(passwords.hashed(password) for _ in PEOPLE))


async def take_office(session: AsyncSession, companies: Sequence[UUID], kept: Sequence[str], *, at: datetime) -> Staff:
    """Make them known, each with an office and a password as it is kept."""
    actors: dict[Role, list[str]] = {"operator": [], "accountant": [], "manager": [], "buyer": [], "shop": []}
    for one, hashed in zip(PEOPLE, kept, strict=True):
        known = await people.register(session, email=one.email, name=one.name, language="fr", at=at)
        subject = None if one.company is None else companies[one.company]
        if one is not SHOPKEEPER:
            await offices.give(session, person=known.id, role=one.role, subject=subject, by=ACTOR, at=at)
        await passwords.keep(session, known.id, hashed)
        actors[one.role].append(f"person:{known.id}")
    return Staff(actors["operator"][0], actors["accountant"][0], actors["manager"][0], tuple(actors["buyer"]))
