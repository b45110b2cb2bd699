"""From what a bank statement says to the orders that it may be about: by reference, number, amount or name.

What people and banks write is forgiven: spaces, small letters, words around the reference, a character that is wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

from sqlalchemy import func, literal, or_
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.money import Money
from vouchers.orders.awaiting import Awaiting, awaiting, orders_with_buyers
from vouchers.orders.tables import Order

Why = Literal["reference", "nearly", "amount", "total", "name"]

ORDER_OF: Final[tuple[Why, ...]] = ("reference", "nearly", "amount", "total", "name")
"""From the surest to what is only possible."""

LONGEST: Final = 300
"""Characters of a statement that are looked at; a SEPA message has 140, and banks add some."""

NEAR: Final = 0.85
"""How much of a reference must agree: a wrong or missing character or two of some twenty."""

LOST_AT_MOST: Final = 2
SHORTEST_NAME: Final = 3
COUNT: Final = re.compile(r"0*([0-9]{1,6})", re.ASCII)
_NEITHER: Final = re.compile(r"[^A-Z0-9]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """An order that a statement may be about, and why."""

    awaiting: Awaiting
    why: Why


async def find(session: AsyncSession, typed: str, amount: Money | None, *, limit: int) -> list[Found]:
    """The orders that a statement may be about, the surest first.

    One that is named by its reference or its number is found in any status, since money may come late or twice; by
    amount and name only those for which money is to come.
    """
    waiting = await awaiting(session)
    named = await _named(session, typed, limit=limit)
    sure = {one.order.id for one in named}
    rest = [one for one in waiting if one.order.id not in sure]
    found = [Found(one, "reference") for one in named]
    found += [Found(one, why) for one in rest if (why := guess(one, typed, amount, named=bool(named)))]
    return sorted(found, key=lambda one: (ORDER_OF.index(one.why), one.awaiting.order.id))[:limit]


def guess(one: Awaiting, typed: str, amount: Money | None, *, named: bool = False) -> Why | None:
    """Why a statement may be about an order that it does not name; ``named`` if it names another. Pure."""
    wanted = squeezed(typed)
    if not named and one.order.reference is not None and _near(wanted, one.order.reference):
        return "nearly"
    if amount is not None and amount == one.order.missing:
        return "amount"
    if amount is not None and amount == one.order.total:
        return "total"
    if not named and _says(typed, (one.buyer, one.order.label)):
        return "name"
    return None


def squeezed(typed: str) -> str:
    """Capitals and digits alone."""
    return _NEITHER.sub("", typed[:LONGEST].upper())


async def _named(session: AsyncSession, typed: str, *, limit: int) -> list[Awaiting]:
    wanted = literal(squeezed(typed))
    number = func.regexp_replace(func.upper(Order.number), "[^A-Z0-9]", "", "g")
    which = [
        func.strpos(wanted, Order.reference) > 0,
        func.strpos(wanted, number) > 0,
    ]
    if count := COUNT.fullmatch(typed.strip()):
        which.append(Order.number.endswith(f"-{int(count[1]):06d}"))
    return await orders_with_buyers(session, Order.number.is_not(None), or_(*which), limit=limit)


def _near(wanted: str, reference: str) -> bool:
    """Whether somewhere in what was written stands nearly this reference."""
    starts = [one.start() for one in re.finditer("RF", wanted)] or [0]
    parts = [wanted[start : start + len(reference)] for start in starts]
    return any(
        len(reference) - len(part) <= LOST_AT_MOST
        and SequenceMatcher(None, part, reference, autojunk=False).ratio() >= NEAR
        for part in parts
    )


def _says(typed: str, names: Sequence[str]) -> bool:
    """Whether what was written is part of a name, or holds all of it."""
    wanted = _plain(typed)
    if len(wanted) < SHORTEST_NAME:
        return False
    known = [plain for name in names if len(plain := _plain(name)) >= SHORTEST_NAME]
    return any(wanted in one or one in wanted for one in known)


def _plain(words: str) -> str:
    """Small letters without accents, single spaces."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", words) if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^\w]+", " ", bare.casefold()).split())
