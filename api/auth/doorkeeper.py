"""Who is at the door: from the Authorization header to a caller, in one query for many requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.auth.keys import KeyView, find_many, hash_of, slug_in
from api.auth.permissions import KeyRole, Permission
from api.gathering import Gatherer
from api.installation import Installation, Town
from ledger.errors import Refusal
from merchants.registry import ProgrammeUnknown

AT_ONCE: Final = 500


class NotSignedIn(Refusal):
    """No key, or one that opens nothing: unknown, revoked, or of another installation."""

    def __init__(self) -> None:
        super().__init__("This needs a key that is valid here.")


class NotPermitted(Refusal):
    """The key does not have the scope that this takes."""

    def __init__(self, *, scope: str, role: str) -> None:
        self.scope, self.role = scope, role
        super().__init__(f"This takes the scope {scope}; the key (role {role}) does not have it.")


class TillMissing(Refusal):
    """An operator that redeems names the till."""

    def __init__(self) -> None:
        super().__init__("Name the till at which this is done.")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a key of a programme, and whom it speaks for."""

    town: Town
    key: UUID
    role: KeyRole
    subject: UUID | None
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        """How the books name who did something."""
        return f"{self.role}:{self.subject}" if self.subject else f"{self.role}:{self.key}"

    def require(self, permission: Permission) -> None:
        """Whether the key may do this.

        :raises NotPermitted:
        """
        if permission.value not in self.scopes:
            raise NotPermitted(scope=permission.value, role=self.role)


class Doorkeeper:
    """Recognises keys. Each request is checked against the database, so that a revoked key opens nothing at once."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._asking: dict[str, Gatherer[bytes, KeyView | None]] = {}

    async def recognise(self, authorization: str | None) -> Caller:
        """The caller whose key this header holds.

        :raises NotSignedIn:
        """
        scheme, _, text = (authorization or "").partition(" ")
        slug = slug_in(text.strip())
        if scheme.lower() != "bearer" or slug is None:
            raise NotSignedIn
        try:
            town = await self._installation.town(slug)
        except ProgrammeUnknown:
            raise NotSignedIn from None
        found = await self._gatherer(town).ask(hash_of(text.strip()))
        if found is None:
            raise NotSignedIn
        return Caller(town, found.id, found.role, found.subject, frozenset(found.scopes))

    def _gatherer(self, town: Town) -> Gatherer[bytes, KeyView | None]:
        slug = town.registered.slug
        if slug not in self._asking:

            async def find(hashes: Sequence[bytes]) -> Sequence[KeyView | Exception | None]:
                async with town.sessions.begin() as session:
                    known = await find_many(session, set(hashes))
                return [known.get(one) for one in hashes]

            self._asking[slug] = Gatherer(find, most=AT_ONCE)
        return self._asking[slug]
