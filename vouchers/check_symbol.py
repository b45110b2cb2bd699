"""Crockford's base 32, with a check symbol that stays inside its 32 letters.

Crockford's own check symbol is modulo 37 and needs five more signs (``*~$=U``) that people misread. This one is
linear over GF(32): the 16 symbols of a code, weighted by the powers 15 to 0 of a primitive element, sum to zero.
The weights are all different and none is zero, so every single wrong symbol and every exchange of two symbols,
the check symbol included, is caught (the condition is stated in H. M. Damm, *Total anti-symmetrische Quasigruppen*).
"""

from __future__ import annotations

from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DATA_SYMBOLS: Final = 15

_FIELD_POLYNOMIAL: Final = 0b100101  # x^5 + x^2 + 1, primitive: x generates all 31 units of GF(32)

# One dictionary and no str.upper(): 'ſ'.upper() is 'S' and int('٣') is 3, which nobody printed.
_VALUES: Final = (
    {symbol: value for value, symbol in enumerate(ALPHABET)}
    | {symbol.lower(): value for value, symbol in enumerate(ALPHABET)}
    | {"O": 0, "o": 0, "I": 1, "i": 1, "L": 1, "l": 1}
)
_IGNORED: Final = dict.fromkeys(map(ord, " \t\r\n.-\u00a0\u202f\u2010\u2011\u2013"))


def _doubled(element: int) -> int:
    shifted = element << 1
    return shifted ^ _FIELD_POLYNOMIAL if shifted & 0b100000 else shifted


_BY_X: Final = tuple(_doubled(element) for element in range(32))
_BY_X2: Final = tuple(_BY_X[_BY_X[element]] for element in range(32))
_BY_X3: Final = tuple(_BY_X[_BY_X[_BY_X[element]]] for element in range(32))

# Three symbols at a time: 100,000 codes are written at each large issue.
_WRITTEN: Final = tuple(a + b + c for a in ALPHABET for b in ALPHABET for c in ALPHABET)
_SUMMED: Final = tuple(a ^ b ^ c for a in _BY_X2 for b in _BY_X for c in range(32))


def write(value: int) -> str:
    """75 bits as 15 symbols, then their check symbol."""
    a, b, c, d, e = (value >> 60, value >> 45 & 0x7FFF, value >> 30 & 0x7FFF, value >> 15 & 0x7FFF, value & 0x7FFF)
    by_x3, summed = _BY_X3, _SUMMED
    weighed = by_x3[by_x3[by_x3[by_x3[summed[a]] ^ summed[b]] ^ summed[c]] ^ summed[d]] ^ summed[e]
    return _WRITTEN[a] + _WRITTEN[b] + _WRITTEN[c] + _WRITTEN[d] + _WRITTEN[e] + ALPHABET[_BY_X[weighed]]


def symbols(text: str) -> list[str]:
    """What a person typed, without the spaces, hyphens and dots that part it."""
    return list(text.translate(_IGNORED))


def strange(text: str) -> list[tuple[int, str]]:
    """The characters that stand in no code, each with its place among the symbols, counted from 1."""
    return [(place, one) for place, one in enumerate(symbols(text), start=1) if one not in _VALUES]


def read(text: str) -> int | None:
    """The 75 bits a person typed, or None unless it is 16 symbols that satisfy the check.

    Lower case, O for 0, I and L for 1, and spaces, hyphens and dots anywhere, read alike.
    """
    symbols = text.translate(_IGNORED)
    if len(symbols) != DATA_SYMBOLS + 1:
        return None
    value = weighed = 0
    for symbol in symbols:
        element = _VALUES.get(symbol)
        if element is None:
            return None
        value = value << 5 | element
        weighed = _BY_X[weighed] ^ element
    return None if weighed else value >> 5
