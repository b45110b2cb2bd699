"""The caller's key makes it once: what a key brought about is kept for ever, in the transaction that did it.

Same caller, same key, same request: the first outcome again, a refusal included. Same key with another request:
``KeyReused`` (decision 8).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import JSON, LargeBinary, Table, Text, Uuid, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.errors import KeyReused, Refusal
from ledger.money import Money
from ledger.parallel import given, lists
from ledger.tables import Outcome


@dataclass(frozen=True, slots=True)
class Once:
    """Who asks, under which key, and the digest of what is asked (SHA-256)."""

    caller: UUID
    key: str
    request: bytes

    @property
    def id(self) -> tuple[UUID, str]:
        """What identifies the key: keys of different callers never meet."""
        return self.caller, self.key

    def refuse_unless_same(self, request: bytes) -> None:
        """Whether this is the request that used the key first.

        :raises KeyReused: if it is another
        """
        if self.request != request:
            raise KeyReused(key=self.key)


@dataclass(frozen=True, slots=True)
class Recalled:
    """The outcome kept under a key, and the request that brought it about."""

    request: bytes
    outcome: dict[str, Any]

    def for_request(self, once: Once) -> dict[str, Any]:
        """The first outcome.

        :raises KeyReused: if the request is not the first one's
        """
        once.refuse_unless_same(self.request)
        return self.outcome


async def serialise(session: AsyncSession, once: Once) -> None:
    """Let only one transaction at a time work under this key; released at its end."""
    name = f"{once.caller}:{once.key}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


async def recall(session: AsyncSession, asked: Iterable[Once]) -> dict[tuple[UUID, str], Recalled]:
    """What is kept under these keys. Read it after the locks that the work needs, not before."""
    ids = list({one.id for one in asked})
    if not ids:
        return {}
    rows = await session.execute(_RECALL, given(caller=[caller for caller, _ in ids], key=[key for _, key in ids]))
    return {(caller, key): Recalled(request, outcome) for caller, key, request, outcome in rows}


async def remember(session: AsyncSession, outcomes: Sequence[tuple[Once, dict[str, Any]]]) -> None:
    """Keep outcomes in the transaction that brought them about.

    :raises sqlalchemy.exc.IntegrityError: if a key was used meanwhile; run the transaction again, and recall it
    """
    if not outcomes:
        return
    rows = given(
        caller=[once.caller for once, _ in outcomes],
        key=[once.key for once, _ in outcomes],
        request=[once.request for once, _ in outcomes],
        outcome=[json.dumps(outcome) for _, outcome in outcomes],
    )
    await session.execute(_REMEMBER, rows)


def pack_refusal(refusal: Refusal) -> dict[str, Any]:
    """A refusal as JSON, with its facts."""
    return {"refusal": refusal.name, "facts": {name: _pack(fact) for name, fact in vars(refusal).items()}}


def unpack_refusal(packed: Mapping[str, Any]) -> Refusal:
    """The refusal that ``pack_refusal`` packed."""
    kind = {refusal.name: refusal for refusal in _descendants(Refusal)}[packed["refusal"]]
    return kind(**{name: _unpack(fact) for name, fact in packed["facts"].items()})


def _descendants(kind: type[Refusal]) -> Iterable[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def _pack(fact: object) -> object:
    match fact:
        case Money():
            return {"money": fact.cents}
        case UUID():
            return {"uuid": str(fact)}
        case datetime():
            return {"moment": fact.isoformat()}
        case date():
            return {"day": fact.isoformat()}
        case list() | tuple():
            return [_pack(part) for part in fact]
        case _:
            return fact


def _unpack(packed: object) -> object:
    match packed:
        case {"money": int(cents)}:
            return Money(cents)
        case {"uuid": str(text)}:
            return UUID(text)
        case {"moment": str(text)}:
            return datetime.fromisoformat(text)
        case {"day": str(text)}:
            return date.fromisoformat(text)
        case list():
            return tuple(_unpack(part) for part in packed)
        case _:
            return packed


_OUTCOMES: Final = cast("Table", Outcome.__table__)

_KEYS: Final = lists(caller=Uuid(), key=Text())
_RECALL: Final = select(_OUTCOMES.c.caller, _OUTCOMES.c.key, _OUTCOMES.c.request, _OUTCOMES.c.outcome).join_from(
    _KEYS, _OUTCOMES, (_OUTCOMES.c.caller == _KEYS.c.caller) & (_OUTCOMES.c.key == _KEYS.c.key)
)

_KEPT: Final = lists(caller=Uuid(), key=Text(), request=LargeBinary(), outcome=Text())
_REMEMBER: Final = insert(_OUTCOMES).from_select(
    ["caller", "key", "request", "outcome"],
    select(_KEPT.c.caller, _KEPT.c.key, _KEPT.c.request, _KEPT.c.outcome.cast(JSON)),
)
