"""What pages say: English in the code, French in the gettext catalogues beside it, one an area, read at the start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from ledger.formats import Language

FOLDER: Final = Path(__file__).parent / "locale"

_BEFORE: Final = re.compile(r" (?=[:;!?»€]|%(?!\())")
_AFTER: Final = re.compile(r"(?<=«) ")
_NBSP: Final = "\u00a0"


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one language: by message, or by context and message; a plural one has several forms."""

    known: Mapping[tuple[str | None, str], tuple[str, ...]]

    def gettext(self, message: str) -> str:
        """A sentence."""
        return self._form(None, message, 0) or message

    def ngettext(self, one: str, many: str, number: int) -> str:
        """A sentence for a number of things."""
        return self.npgettext(None, one, many, number)

    def pgettext(self, context: str, message: str) -> str:
        """A sentence whose words have another meaning elsewhere."""
        return self._form(context, message, 0) or message

    def npgettext(self, context: str | None, one: str, many: str, number: int) -> str:
        """A sentence for a number of things, whose words have another meaning elsewhere."""
        # French: nought and one are singular. English: one alone is.
        found = self._form(context, one, 0 if abs(number) <= 1 else 1)
        return found or (one if number == 1 else many)

    def _form(self, context: str | None, message: str, form: int) -> str:
        forms = self.known.get((context, message), ())
        return forms[form] if form < len(forms) else ""


@lru_cache
def sentences(language: Language) -> Sentences:
    """The sentences of a language; English has none of its own, since the code holds them."""
    return Sentences(merged(catalogues(language)))


def catalogues(language: Language) -> dict[str, Catalog]:
    """The catalogues of a language, by file name."""
    found: dict[str, Catalog] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            found[path.name] = read_po(file, locale=language, abort_invalid=True)
    return found


def merged(read: Mapping[str, Catalog]) -> dict[tuple[str | None, str], tuple[str, ...]]:
    """All catalogues as one. Fuzzy entries are left out."""
    known: dict[tuple[str | None, str], tuple[str, ...]] = {}
    for catalogue in read.values():
        for message in catalogue:
            if not message.id or message.fuzzy:
                continue
            name = message.id if isinstance(message.id, str) else message.id[0]
            known[message.context, name] = tuple(map(typeset, _forms(message.string)))
    return known


def typeset(french: str) -> str:
    """French with no-break spaces where its typography has spaces: before ``: ; ! ? » % €`` and after ``«``."""
    return _AFTER.sub(_NBSP, _BEFORE.sub(_NBSP, french))


def marked(message: str) -> str:
    """A message that stands in a table and is translated where it is shown: marks it for the catalogues."""
    return message


def _forms(said: str | Iterable[str] | None) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said or ())
