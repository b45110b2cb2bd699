"""What moves money by API is done once for each Idempotency-Key, and answered alike ever after (decision 8)."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.doorkeeper import Caller
from api.installation import in_transaction
from ledger import once
from ledger.errors import Refusal
from ledger.once import Once

Work = Callable[[AsyncSession], Awaitable[BaseModel]]


def request_of(caller: Caller, key: str, *parts: object) -> Once:
    """The key of a request and the digest of what it asks for."""
    digest = hashlib.sha256("\n".join(str(part) for part in parts).encode()).digest()
    return Once(caller.key, key, digest)


async def do_once(caller: Caller, asked: Once, work: Work) -> dict[str, Any]:
    """Do the work, or answer what it brought about the first time; a refusal is an outcome too.

    :returns: the body of the answer, as JSON
    :raises KeyReused: if the key was used with another request
    """

    async def attempt(session: AsyncSession) -> dict[str, Any]:
        await once.serialise(session, asked)
        kept = (await once.recall(session, [asked])).get(asked.id)
        if kept is not None:
            return kept.for_request(asked)
        outcome = await _outcome(session, work)
        await once.remember(session, [(asked, outcome)])
        return outcome

    outcome = await in_transaction(caller.town.sessions, attempt)
    if "refusal" in outcome:
        raise once.unpack_refusal(outcome)
    body: dict[str, Any] = outcome["body"]
    return body


async def _outcome(session: AsyncSession, work: Work) -> dict[str, Any]:
    try:
        async with session.begin_nested():
            return {"body": (await work(session)).model_dump(mode="json")}
    except Refusal as refusal:
        return once.pack_refusal(refusal)
