"""What a transaction wants to happen after it: noted on its session, enqueued with its commit, and only then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

_WISHES: Final = "wishes"


@dataclass(frozen=True, slots=True)
class Wish:
    """A job by its name, and the facts it needs: ids, never what is secret, since they lie in a queue."""

    name: str
    facts: tuple[tuple[str, str], ...]


def wish(session: AsyncSession, name: str, **facts: str) -> None:
    """Let a job run once this transaction is committed. It may run more than once, so it must bear that."""
    noted: list[Wish] = session.info.setdefault(_WISHES, [])
    one = Wish(name, tuple(sorted(facts.items())))
    if one not in noted:
        noted.append(one)


def take_wishes(session: AsyncSession) -> list[Wish]:
    """What was wished since the last call."""
    noted: list[Wish] = session.info.pop(_WISHES, [])
    return noted
