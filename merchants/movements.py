"""By which transfers a shop's account moves between settlements, and what of a redemption each of them moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from ledger.days import day_of
from ledger.money import ZERO, Money
from ledger.movements import Movement

REDEMPTION: Final = "redemption"
"""Voucher to shop."""

UNDO: Final = "undo"
"""Shop to voucher: the reversal of a redemption."""

RETURN: Final = "return"
"""Shop to voucher: goods came back, and with them what was redeemed for them, in part or whole."""

MOVEMENTS: Final = (REDEMPTION, UNDO, RETURN)


@dataclass(frozen=True, slots=True)
class Moved:
    """A redemption, or what gives it back: all of it by an undo, a part or all of it by a return.

    :param whole: the redemption, above zero
    :param before: what returns had given back of it before this one
    """

    movement: Movement
    whole: Money
    before: Money = ZERO

    @property
    def sold_on(self) -> date:
        """The day, in Paris, of the redemption."""
        return day_of(self.movement.first_at)


_TILL: Final = "till:"
_REDEMPTION: Final = "redemption:"


def document_of(till: object) -> str:
    """The document reference of a redemption: the till that made it."""
    return f"{_TILL}{till}"


def till_in(document: str | None) -> str | None:
    """The id of the till in a document reference."""
    return document.removeprefix(_TILL) if document and document.startswith(_TILL) else None


def returned_from(redemption: UUID) -> str:
    """The document reference of a return: the redemption that it gives back, in part or whole."""
    return f"{_REDEMPTION}{redemption}"


def redemption_in(document: str | None) -> UUID | None:
    """The redemption in the document reference of a return."""
    return UUID(document.removeprefix(_REDEMPTION)) if document and document.startswith(_REDEMPTION) else None
