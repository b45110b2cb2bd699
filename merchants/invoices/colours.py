"""What the colours of a PDF mean: the profile of sRGB, written here from the numbers of its standard.

Of version 2 of the format, which every part of PDF/A takes (ICC.1:2001-04; the primaries and the curve are those of
IEC 61966-2-1, the primaries adapted to the white D50 of the format by Bradford's matrix).
"""

from __future__ import annotations

from functools import cache
from struct import pack
from typing import Final

_WHITE: Final = (0.9642, 1.0, 0.8249)
_PRIMARIES: Final = {
    "rXYZ": (0.43607, 0.22249, 0.01392),
    "gXYZ": (0.38515, 0.71687, 0.09708),
    "bXYZ": (0.14307, 0.06061, 0.71410),
}
_NAME: Final = "sRGB"
_FREE: Final = "No rights are claimed in this profile."
_HEADER: Final = 128
_STEPS: Final = 256


@cache
def srgb() -> bytes:
    """The profile; always the same bytes."""
    tags = {
        "desc": _description(_NAME),
        "cprt": b"text" + bytes(4) + _FREE.encode() + bytes(1),
        "wtpt": _colour(*_WHITE),
        **{name: _colour(*numbers) for name, numbers in _PRIMARIES.items()},
    }
    bodies = [*tags.values(), _curve()]
    padded = [body + bytes(-len(body) % 4) for body in bodies]
    names = [*tags, "rTRC", "gTRC", "bTRC"]
    first = _HEADER + 4 + 12 * len(names)
    places = [first + sum(map(len, padded[:count])) for count in range(len(padded))]
    table = pack(">I", len(names))
    for number, name in enumerate(names):
        one = min(number, len(bodies) - 1)  # the three curves are one
        table += name.encode() + pack(">II", places[one], len(bodies[one]))
    return _header(first + sum(map(len, padded))) + table + b"".join(padded)


def _header(size: int) -> bytes:
    dated = pack(">6H", 2026, 1, 1, 0, 0, 0)
    kind = b"mntrRGB XYZ "
    head = pack(">I4xI", size, 0x02100000) + kind + dated + b"acsp" + bytes(28) + _numbers(*_WHITE)
    return head + bytes(_HEADER - len(head))


def _description(words: str) -> bytes:
    """A text in ASCII alone: its other two forms are empty."""
    text = words.encode() + bytes(1)
    return b"desc" + bytes(4) + pack(">I", len(text)) + text + bytes(4 + 4 + 2 + 1 + 67)


def _colour(*numbers: float) -> bytes:
    return b"XYZ " + bytes(4) + _numbers(*numbers)


def _numbers(*numbers: float) -> bytes:
    return pack(f">{len(numbers)}i", *(round(one * 65_536) for one in numbers))


def _curve() -> bytes:
    """How much light a step gives."""
    steps = [_light(step / (_STEPS - 1)) for step in range(_STEPS)]
    return b"curv" + bytes(4) + pack(f">I{_STEPS}H", _STEPS, *(round(one * 65_535) for one in steps))


def _light(step: float) -> float:
    return step / 12.92 if step <= 0.04045 else ((step + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - IEC 61966-2-1, 5.2
