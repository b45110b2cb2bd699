"""The reference by which a transfer names its order: the creditor reference of ISO 11649.

``RF``, two check digits, and up to 21 letters and digits. A banking application refuses one that was mistyped: the
check digits (ISO 7064, mod 97-10) catch every digit put for another digit, every letter put for another letter, and
every swap of two neighbours but that of 1 and B, of 2 and M, and of 3 and X.
"""

from __future__ import annotations

import re
from typing import Final

from vouchers.orders.paperwork.paper_errors import ReferenceInvalid

LONGEST: Final = 21
"""What may follow the check digits."""

_NEITHER: Final = re.compile(r"[^A-Z0-9]")
_SEPARATORS: Final = re.compile(r"[\s.\-]")
_BODY: Final = re.compile(rf"[A-Z0-9]{{1,{LONGEST}}}", re.ASCII)
_WHOLE: Final = re.compile(rf"RF(?P<digits>[0-9]{{2}})(?P<body>[A-Z0-9]{{1,{LONGEST}}})", re.ASCII)
_SHOWN: Final = 40


def creditor_reference(number: str) -> str:
    """The reference of an order: the last 21 letters and digits of its number, which hold its year and its count.

    :raises ReferenceInvalid: if there is no letter or digit in it
    """
    return make(_NEITHER.sub("", number.upper())[-LONGEST:])


def make(body: str) -> str:
    """``RF18539007547034`` from ``539007547034``.

    :raises ReferenceInvalid: if it is not 1 to 21 capital letters and digits
    """
    if _BODY.fullmatch(body) is None:
        raise ReferenceInvalid(typed=body[:_SHOWN])
    return f"RF{_check_digits(body)}{body}"


def check(typed: str) -> str:
    """What a person typed or a bank reported, in capitals and without what separates its groups.

    :raises ReferenceInvalid: if it is no reference or its check digits are wrong
    """
    compact = _SEPARATORS.sub("", typed).upper()
    found = _WHOLE.fullmatch(compact)
    if found is None or _check_digits(found["body"]) != found["digits"]:
        raise ReferenceInvalid(typed=typed[:_SHOWN])
    return compact


def spell(reference: str) -> str:
    """In groups of four, as people read it: ``RF18 5390 0754 7034``."""
    return " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))


def _check_digits(body: str) -> str:
    """What makes the whole, turned so that ``RF`` and these stand last, one more than a multiple of 97."""
    number = "".join(str(int(character, 36)) for character in f"{body}RF00")
    return f"{98 - int(number) % 97:02d}"
