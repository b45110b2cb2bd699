"""The words of letters: a sentence by its name, in French and in English, with French spaces where they belong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ledger.formats import Language

Sentences = Mapping[str, str]

_BEFORE: Final = re.compile(r" (?=[:;!?»])")
_AFTER: Final = re.compile(r"(?<=«) ")
_NBSP: Final = "\u00a0"


class Words:
    """The sentences of one kind of letter."""

    def __init__(self, *, fr: Sentences, en: Sentences) -> None:
        if fr.keys() != en.keys():
            raise ValueError(f"said in one language only: {sorted(fr.keys() ^ en.keys())}")
        self._said: Final[dict[Language, Sentences]] = {
            "fr": {name: _AFTER.sub(_NBSP, _BEFORE.sub(_NBSP, one)) for name, one in fr.items()},
            "en": en,
        }

    def say(self, language: Language, name: str, /, **facts: object) -> str:
        """A sentence with its facts, which are taken as they are."""
        return self._said[language][name].format(**facts)


SHARED: Final = Words(
    fr={
        "hello": "Bonjour {name},",
        "hello nobody": "Bonjour,",
        "help": "Une question ? {contact}",
        "issued by": "Émis par {issuer}. Ni échangeable, ni remboursable, ni revendable.",
        "sent by": "{issuer}",
    },
    en={
        "hello": "Hello {name},",
        "hello nobody": "Hello,",
        "help": "A question? {contact}",
        "issued by": "Issued by {issuer}. Not exchangeable, refundable or for resale.",
        "sent by": "{issuer}",
    },
)
