"""How typed text is compared, packed and shown."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SHOWN: Final = 40
_INVISIBLE: Final = "\u200b\u2060\ufeff\u00ad"
_FORBIDDEN_CATEGORIES: Final = ("Cc", "Cs", "Cn", "Co")
_BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})
_SEPARATORS: Final = re.compile(rf"[\s.\-{_INVISIBLE}]+")
_SPACES: Final = re.compile(rf"[\s{_INVISIBLE}]+")
_NOT_ALNUM: Final = re.compile(r"[^A-Z0-9]+")


def packed(text: str, *, longest: int) -> str:
    """`text` in capitals without spaces (of any width), dots and hyphens; empty unless ASCII letters and digits.

    Empty too when what is left exceeds `longest`, or the text twenty times that: nobody typed it.
    """
    if len(text) > 20 * longest:
        return ""
    compact = _SEPARATORS.sub("", text)
    return compact.upper() if compact.isascii() and compact.isalnum() and len(compact) <= longest else ""


def spaced(text: str) -> str:
    """`text` composed (NFC), trimmed, each run of white space (line breaks too) made one space."""
    if text.isascii():
        return " ".join(text.split())
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def folded(text: str) -> str:
    """`text` in capitals A-Z and digits, accents dropped, anything else a single space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return _NOT_ALNUM.sub(" ", text.upper()).strip()


def storable(text: str) -> bool:
    """Whether `text` is free of controls, lone surrogates, unassigned and direction-changing characters, and of �."""
    if text.isprintable():
        return "\ufffd" not in text
    return not any(
        letter == "\ufffd" or letter in _BIDI_CONTROLS or unicodedata.category(letter) in _FORBIDDEN_CATEGORIES
        for letter in text
    )


def shown(text: str) -> str:
    """`text` fit for a report: at most 40 characters, the unprintable ones as �."""
    line = _SPACES.sub(" ", text[: 4 * _SHOWN]).strip()
    safe = line if line.isprintable() else "".join(one if one.isprintable() else "\ufffd" for one in line)
    return safe if len(safe) <= _SHOWN else safe[: _SHOWN - 1] + "…"
