"""What moves money from a page is done once for each form that was shown, however often it is sent.

Each form carries a number of its own. What it brought about is kept under it in the transaction that did it
(`ledger.once`): a second click, a reload or a lost answer finds it done and leads to the same page. What cannot be
taken back is shown first: done as it will be, and undone (`try_out`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, cast
from uuid import UUID, uuid4

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth.visitors import Visitor
from api.installation import in_transaction
from api.pages import forms
from api.pages.forms import Form, blank
from api.pages.place import Place
from ledger import once
from ledger.errors import KeyReused
from ledger.once import Once

NUMBER: Final = "once"
"""The field that holds a form's number."""

NOBODY: Final = UUID(int=0)

Done = TypeVar("Done")


class _Tried(Exception):
    """Ends a transaction that was only to show what it would do."""

    def __init__(self, done: Any) -> None:
        self.done = done
        super().__init__()


def numbered(request: Request, **begins: str) -> Form:
    """A form that nobody has filled in yet, with its number."""
    return blank(request, **begins, **{NUMBER: str(uuid4())})


async def do_once(
    request: Request, place: Place, visitor: Visitor, form: Form, work: Callable[[AsyncSession], Awaitable[UUID]]
) -> UUID | None:
    """Do what a form asks for, or find what it brought about before.

    What is refused is not kept: the same form may be sent again once it is mended.

    :returns: what ``work`` returned the first time; none if the form is no form of ours, or was used for something
        else, which is then said over the form
    """
    number = form.identifier(NUMBER)
    if number is None:
        return None
    asked = Once(visitor.person.id if visitor.person else NOBODY, f"desk:{number}", _digest(request, form))

    async def attempt(session: AsyncSession) -> UUID:
        await once.serialise(session, asked)
        kept = (await once.recall(session, [asked])).get(asked.id)
        if kept is not None:
            return UUID(kept.for_request(asked)["did"])
        did = await work(session)
        await once.remember(session, [(asked, {"did": str(did)})])
        return did

    try:
        return await in_transaction(place.town.sessions, attempt)
    except KeyReused:
        form.say(forms.GENERAL, "This form was sent before with something else in it. See what was done, then confirm.")
        form.typed[NUMBER] = [str(uuid4())]
        return None


async def try_out(place: Place, work: Callable[[AsyncSession], Awaitable[Done]]) -> Done:
    """What ``work`` would bring about: done and undone, so that what is shown cannot differ from what happens."""

    async def attempt(session: AsyncSession) -> None:
        raise _Tried(await work(session))

    try:
        await in_transaction(place.town.sessions, attempt)
    except _Tried as tried:
        return cast("Done", tried.done)
    raise AssertionError("an attempt ends by what it raises")


def _digest(request: Request, form: Form) -> bytes:
    """What is asked: where, and every field as it was typed."""
    parts = [request.url.path, *(f"{name}={value}" for name in sorted(form.typed) for value in form.typed[name])]
    return hashlib.sha256("\0".join(parts).encode()).digest()
