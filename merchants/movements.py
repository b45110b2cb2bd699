"""The kinds of transfer by which a shop's account moves between settlements."""

from __future__ import annotations

from typing import Final
from uuid import UUID

REDEMPTION: Final = "redemption"
"""Voucher to shop."""

UNDO: Final = "undo"
"""Shop to voucher: the reversal of a redemption."""

RETURN: Final = "return"
"""Shop to voucher: goods came back, and with them what was redeemed for them, in part or whole."""

MOVEMENTS: Final = (REDEMPTION, UNDO, RETURN)

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
