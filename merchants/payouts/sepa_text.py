"""Text as SEPA transfers carry it: Latin letters without accents, digits, ten signs, and a space.

Banks need pass on no others (EPC132-08, "Character set"); what they make of them differs from bank to bank, so names
are rewritten here, and shown as they will be sent. Signs are replaced as EPC217-08 advises ("SEPA Requirements for an
Extended Character Set"), Greek as ELOT 743 and Cyrillic much as passports do.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from merchants.payouts.errors import NameNotSendable
from merchants.shops.spelling import shown

LONGEST_NAME: Final = 70
LONGEST_REMITTANCE: Final = 140
LONGEST_READ: Final = 1_000
"""Characters of a text that are looked at; what follows could not be in 140."""

SENDABLE: Final = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")

_SIGNS: Final = {
    "&": "+", "@": "(at)", "!": ".", '"': "'", "#": ".", "$": ".", "%": ".", "*": ".", ";": ",", "<": ".", "=": ".",
    ">": ".", "[": "(", "\\": "/", "]": ")", "^": ".", "_": "-", "`": "'", "{": "(", "|": "/", "}": ")", "~": "-",
    "¡": ".", "¿": "?", "€": "E", "«": "'", "»": "'", "“": "'", "”": "'", "„": "'", "‘": "'", "’": "'", "‐": "-",
    "‑": "-", "–": "-", "—": "-", "·": ".", "•": ".", "…": "...", "×": "x", "°": ".",
}  # fmt: skip
_LATIN: Final = {
    "æ": "ae", "œ": "oe", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "ng",
    "ĸ": "k", "ŧ": "t", "ə": "e",
}  # fmt: skip
_GREEK: Final = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
    "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_CYRILLIC: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
    "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "a", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "є": "ie",
    "і": "i", "ґ": "g", "ђ": "d", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz", "ѕ": "dz",
}  # fmt: skip
_LETTERS: Final = {**_LATIN, **_GREEK, **_CYRILLIC}
_TABLE: Final = str.maketrans({**_SIGNS, **_LETTERS, **{one.upper(): to.capitalize() for one, to in _LETTERS.items()
                                                       if len(one.upper()) == 1}, "ẞ": "SS"})  # fmt: skip
_SPACES: Final = re.compile(r" {2,}")
_SLASHES: Final = re.compile(r"/{2,}")
_TELLING: Final = re.compile(r"[A-Za-z0-9]")


def sendable(text: str, *, most: int) -> str:
    """``text`` as a transfer carries it, cut to so many characters; what has no like in it is left out.

    It neither begins nor ends with a slash, nor holds two together, which SEPA keeps for codes (EPC132-08).
    """
    # Once before letters fall apart into others and their accents, once after: both bring up letters of the tables.
    parts = unicodedata.normalize("NFKD", text[:LONGEST_READ].translate(_TABLE)).translate(_TABLE)
    kept = "".join(one if SENDABLE.fullmatch(one) else _instead(one) for one in parts)
    return _trimmed(_trimmed(_SPACES.sub(" ", _SLASHES.sub("/", kept)))[:most])


def sendable_name(text: str) -> str:
    """A name as a transfer carries it, in 70 characters at most.

    :raises NameNotSendable: if no letter or digit is left of it
    """
    name = sendable(text, most=LONGEST_NAME)
    if not _TELLING.search(name):
        raise NameNotSendable(typed=shown(text))
    return name


def _instead(letter: str) -> str:
    """Nothing for an accent; a space for what parts words, or is written in no letters of ours."""
    return "" if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf" else " "


def _trimmed(text: str) -> str:
    return text.strip(" /")
