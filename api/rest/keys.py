"""Keys: made, listed, revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from api import clock
from api.auth import keys
from api.auth.doorkeeper import Caller
from api.auth.keys import KeyView
from api.auth.permissions import KeyRole, scopes_of
from api.auth.permissions import Permission as P
from api.dependencies import Reading, Writing, permitted
from api.rest.types import After, Id, Limit, Line, Page, Shown, Strict, StrictRoute, example, page

router = APIRouter(tags=["keys"], route_class=StrictRoute)


class KeyAsked(Strict):
    """A key to make. ``subject`` is the buyer, shop or till that it speaks for; none for an operator.

    ``scopes`` make it narrower than its role; it never has one that the key that makes it has not.
    """

    model_config = Strict.model_config | example(
        role="till", subject="01a204d2-086b-707d-af4a-b77855d75add", label="Caisse 1"
    )

    role: KeyRole
    subject: Id | None = None
    label: Line
    scopes: Annotated[list[Line], Field(min_length=1)] | None = None


class KeyShown(Shown):
    """A key, without its secret; ``hint`` is how it ends."""

    id: UUID
    role: KeyRole
    subject: UUID | None
    scopes: list[str]
    label: str
    hint: str
    made_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, view: KeyView) -> KeyShown:
        """From the domain."""
        return cls(**{name: getattr(view, name) for name in cls.model_fields})


class KeyMade(KeyShown):
    """A key just made: the only time that its text is told."""

    key: str


@router.post("/keys", status_code=201)
async def make_key(asked: KeyAsked, caller: Annotated[Caller, permitted(P.KEYS_WRITE)], session: Writing) -> KeyMade:
    """Make a key. Keep its text: it is not told again."""
    for scope in scopes_of(asked.role, asked.scopes):
        caller.require(P(scope))
    view, text = await keys.make_key(
        session, slug=caller.town.registered.slug, role=asked.role, subject=asked.subject, label=asked.label,
        scopes=asked.scopes, at=await clock.now(session),
    )  # fmt: skip
    return KeyMade(key=text, **KeyShown.of(view).model_dump())


@router.get("/keys")
async def list_keys(
    request: Request,
    response: Response,
    _caller: Annotated[Caller, permitted(P.KEYS_WRITE)],
    session: Reading,
    limit: Limit = 50,
    after: After = None,
) -> Page[KeyShown]:
    """Keys, newest first."""
    rows = await keys.keys_page(session, after=after, limit=limit + 1)
    return page(request, response, rows, limit=limit, cursor=lambda row: row.id, show=KeyShown.of)


@router.delete("/keys/{key}")
async def revoke_key(key: UUID, _caller: Annotated[Caller, permitted(P.KEYS_WRITE)], session: Writing) -> KeyShown:
    """Let a key open nothing any more."""
    return KeyShown.of(await keys.revoke_key(session, key, at=await clock.now(session)))
