"""The two kinds of transfer by which a shop's account moves between settlements."""

from typing import Final

REDEMPTION: Final = "redemption"
"""Voucher to shop."""

UNDO: Final = "undo"
"""Shop to voucher: the reversal of a redemption."""

MOVEMENTS: Final = (REDEMPTION, UNDO)

_TILL: Final = "till:"


def document_of(till: object) -> str:
    """The document reference of a redemption: the till that made it."""
    return f"{_TILL}{till}"


def till_in(document: str | None) -> str | None:
    """The id of the till in a document reference."""
    return document.removeprefix(_TILL) if document and document.startswith(_TILL) else None
