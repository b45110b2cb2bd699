"""The two people of the template, who must not be sent a voucher when somebody forgets to erase them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.formats import Language


@dataclass(frozen=True, slots=True)
class Example:
    """A line of the template. Its address is one that nobody can have (RFC 2606)."""

    name: str
    email: str
    staff_number: str
    amount: str


EXAMPLES: Final[Mapping[Language, tuple[Example, Example]]] = {
    "fr": (
        Example("Camille Exemple", "camille.exemple@example.org", "00042", "50,00"),
        Example("Dominique Exemple-Martin", "", "00043", "50,00"),
    ),
    "en": (
        Example("Camille Sample", "camille.sample@example.org", "00042", "50.00"),
        Example("Dominic Sample-Martin", "", "00043", "50.00"),
    ),
}
EXAMPLE_NAMES: Final = frozenset(one.name for pair in EXAMPLES.values() for one in pair)
