"""What a route may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, cast

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.doorkeeper import Caller, Doorkeeper
from api.auth.permissions import Permission
from api.counter import Counters
from api.enqueuing import enqueue
from api.errors import language_of
from api.guessing import Guesses
from api.installation import Installation
from api.scanning import Scanning
from ledger.database import snapshot_of
from ledger.formats import Language

_BEARER = HTTPBearer(auto_error=False, description="A key such as `ob_treiz-local_till_…`", bearerFormat="Obole key")


async def installation_of(request: Request) -> Installation:
    """The installation that this process serves."""
    return cast("Installation", request.app.state.installation)


async def caller_of(
    request: Request, _documented: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)] = None
) -> Caller:
    """Who asks.

    :raises NotSignedIn:
    """
    doorkeeper = cast("Doorkeeper", request.app.state.doorkeeper)
    return await doorkeeper.recognise(request.headers.get("authorization"))


def permitted(permission: Permission) -> Any:
    """Who asks, if the key may do this."""

    async def check(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        caller.require(permission)
        return caller

    return Depends(check)


async def _reading(caller: Annotated[Caller, Depends(caller_of)]) -> AsyncIterator[AsyncSession]:
    async with snapshot_of(caller.town.sessions) as session:
        yield session


async def _writing(caller: Annotated[Caller, Depends(caller_of)]) -> AsyncIterator[AsyncSession]:
    async with caller.town.sessions.begin() as session:
        yield session
        await enqueue(session)


Reading = Annotated[AsyncSession, Depends(_reading, scope="function")]
"""A session of the caller's programme that only reads, all of it as of one moment."""

Writing = Annotated[AsyncSession, Depends(_writing, scope="function")]
"""A transaction of the caller's programme, committed before the answer goes out (decision 7)."""

Here = Annotated[Installation, Depends(installation_of)]

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        examples=["4f6c1f0a-till-3-0001"],
        description="Chosen by you, new for each new request; the same again gives the first answer again.",
    ),
]


async def _counters(request: Request) -> Counters:
    return cast("Counters", request.app.state.counters)


async def _guesses(request: Request) -> Guesses:
    return cast("Guesses", request.app.state.guesses)


async def _scanning(request: Request) -> Scanning:
    return cast("Scanning", request.app.state.scanning)


ScanningOf = Annotated[Scanning, Depends(_scanning)]
CounterOf = Annotated[Counters, Depends(_counters)]
GuessesOf = Annotated[Guesses, Depends(_guesses)]


async def _spoken(request: Request) -> Language:
    return language_of(request)


Spoken = Annotated[Language, Depends(_spoken)]

__all__ = [
    "CounterOf",
    "GuessesOf",
    "Here",
    "IdempotencyKey",
    "Reading",
    "ScanningOf",
    "Spoken",
    "Writing",
    "caller_of",
    "permitted",
]
