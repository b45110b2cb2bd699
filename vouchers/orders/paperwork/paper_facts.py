"""A paper as JSON and back: amounts in cents, days as ISO 8601. What is kept is all that is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from ledger.money import Money
from vouchers.orders.paperwork.papers import AnyPaper, CreditNote, FeeInvoice, PaperKind, Receipt, ReceiptCancellation

PAPERS: Final[Mapping[PaperKind, type[AnyPaper]]] = {
    "invoice": FeeInvoice,
    "receipt": Receipt,
    "credit_note": CreditNote,
    "receipt_cancellation": ReceiptCancellation,
}


def kind_of(paper: AnyPaper) -> PaperKind:
    """The word by which its kind is kept."""
    (kind,) = (kind for kind, made in PAPERS.items() if made is type(paper))
    return kind


def facts_of(paper: AnyPaper) -> dict[str, Any]:
    """Everything that a paper says."""
    facts: dict[str, Any] = _plain(paper)
    return facts


def paper_of(kind: PaperKind, facts: Mapping[str, Any]) -> AnyPaper:
    """The paper that ``facts_of`` kept."""
    made: AnyPaper = _made(PAPERS[kind], facts)
    return made


def _plain(value: object) -> Any:
    if isinstance(value, Money):
        return value.cents
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _made(wanted: Any, kept: Any) -> Any:
    if isinstance(wanted, UnionType):  # something or nothing
        (wanted,) = (one for one in get_args(wanted) if one is not NoneType)
        return None if kept is None else _made(wanted, kept)
    if wanted is Money:
        return Money(kept)
    if wanted is date:
        return date.fromisoformat(kept)
    if get_origin(wanted) is tuple:
        return tuple(_made(get_args(wanted)[0], one) for one in kept)
    if isinstance(wanted, type) and is_dataclass(wanted):
        return wanted(**{name: _made(hint, kept[name]) for name, hint in _hints(wanted).items() if name in kept})
    return kept


@cache
def _hints(wanted: type) -> dict[str, Any]:
    return get_type_hints(wanted)
