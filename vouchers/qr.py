"""The picture of a link: a QR code at level Q. The only importer of qrcode.

The library makes the codewords and, once for each size, the empty picture under each mask; what it then does for
every picture module by module, eight times over, is done here on whole pictures as integers. Where many links of one
length are drawn, it is asked for codewords once for each of their bits. The pictures are the library's own, mask
included, at a fortieth of its time (decision 23).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from operator import itemgetter
from typing import Any, Final, Literal

from PIL import Image
from qrcode import QRCode, base, constants, util

Level = Literal["L", "M", "Q", "H"]

QUIET_ZONE: Final = 4
"""Modules left white all around, by whoever draws (ISO/IEC 18004)."""

_LEVELS: Final[dict[Level, int]] = {
    "L": constants.ERROR_CORRECT_L,
    "M": constants.ERROR_CORRECT_M,
    "Q": constants.ERROR_CORRECT_Q,
    "H": constants.ERROR_CORRECT_H,
}
_MASKS: Final = range(8)
_PLAIN: Final = b"x"
"""Of texts to learn from: in the library's arithmetic, codewords that are all zeros have no remainder."""


def modules(link: str, *, level: Level = "Q", one_of_many: bool = False) -> tuple[tuple[bool, ...], ...]:
    """The smallest square that holds ``link``, row by row, True for dark, with no border.

    Level Q survives glare and blur on paper, where L and M do not. 46 characters make 33 modules a side, 60 make 37.

    :param one_of_many: whether many links of this length are drawn: the first takes a third of a second more, the
        others a fifth of the time
    """
    text = link.encode()
    if one_of_many and util.optimal_mode(text) == util.MODE_8BIT_BYTE:
        frame, placed = _spelling(len(text), level).place(text)
    else:
        frame, placed = _placed(text, level)
    lost = [_lost_points(placed ^ frame.judged[mask], frame) for mask in _MASKS]
    return frame.rows(placed ^ frame.empty[lost.index(min(lost))])


def png(link: str, *, scale: int = 12, level: Level = "Q") -> bytes:
    """The same as a PNG in black and white, its quiet zone included and white: it must be read on dark paper too.

    :param scale: pixels of a module's side
    """
    rows = modules(link, level=level)
    small = Image.new("1", (len(rows) + 2 * QUIET_ZONE,) * 2, color=1)
    inner = Image.frombytes("L", (len(rows),) * 2, bytes(0 if dark else 255 for row in rows for dark in row))
    small.paste(inner, (QUIET_ZONE, QUIET_ZONE))
    out = BytesIO()
    small.resize((small.width * scale,) * 2, Image.Resampling.NEAREST).save(out, "PNG", optimize=True)
    return out.getvalue()


def _placed(text: bytes, level: Level) -> tuple[_Frame, int]:
    """The codewords of a text where they lie, before any mask."""
    code: QRCode[Any] = QRCode(error_correction=_LEVELS[level], border=0)
    code.add_data(text, optimize=0)
    frame = _frame(code.best_fit(), level)
    return frame, frame.place(util.create_data(code.version, _LEVELS[level], code.data_list))


@dataclass(frozen=True, slots=True)
class _Spelling:
    """What each byte, at each place in texts of one length, changes in the picture of some plain text.

    Codewords are linear over GF(2), those that correct errors too: what two bits change is what each changes.
    """

    frame: _Frame
    plain: int
    changes: tuple[tuple[int, ...], ...]

    def place(self, text: bytes) -> tuple[_Frame, int]:
        """The codewords of a text where they lie, before any mask."""
        placed = self.plain
        for changed, byte in zip(self.changes, text, strict=True):
            placed ^= changed[byte]
        return self.frame, placed


@lru_cache(maxsize=4)
def _spelling(length: int, level: Level) -> _Spelling:
    """Learnt from the library, from a text for each bit; two megabytes for 46 characters."""
    plain = _PLAIN * length
    frame, drawn = _placed(plain, level)
    changes = []
    for place in range(length):
        changed = [0]
        for bit in range(8):
            other = plain[:place] + bytes([_PLAIN[0] ^ 1 << bit]) + plain[place + 1 :]
            alone = _placed(other, level)[1] ^ drawn
            changed += [one ^ alone for one in changed]
        changes.append(tuple(changed[byte ^ _PLAIN[0]] for byte in range(256)))
    return _Spelling(frame, drawn, tuple(changes))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all pictures of one size and level share.

    A picture is one integer, its highest bit the top left module; each row ends with a bit that is never set, so that
    nothing is found across the edge. ``judged`` is ``empty`` as the search for a mask sees it, without format bits.
    """

    side: int
    empty: tuple[int, ...]
    judged: tuple[int, ...]
    whole: int
    lying: Callable[[str], tuple[str, ...]]

    def place(self, codewords: Sequence[int]) -> int:
        """The bits of the codewords where they lie, before any mask."""
        bits = f"{int.from_bytes(bytes(codewords), 'big'):0{8 * len(codewords)}b}0"
        return int("".join(self.lying(bits)), 2)

    def rows(self, picture: int) -> tuple[tuple[bool, ...], ...]:
        bits = [bit == "1" for bit in f"{picture:0{self.side * (self.side + 1)}b}"]
        return tuple(tuple(bits[start : start + self.side]) for start in range(0, len(bits), self.side + 1))


@lru_cache(maxsize=16)
def _frame(version: int, level: Level) -> _Frame:
    """Learnt from the library: it draws codewords of zeros, then codewords that spell where each bit comes from."""
    count = sum(block.total_count for block in base.rs_blocks(version, _LEVELS[level]))

    def drawn(codewords: Sequence[int], mask: int, *, judged: bool = False) -> int:
        code = QRCode(version=version, error_correction=_LEVELS[level], border=0)
        code.data_cache = list(codewords)
        code.makeImpl(judged, mask)
        return int("".join("".join("1" if dark else "0" for dark in row) + "0" for row in code.modules), 2)

    side = 4 * version + 17
    size = side * (side + 1)
    blank = drawn([0] * count, 0)
    source = [0] * size
    for digit in range((8 * count).bit_length()):
        spelt = int("".join(str(bit >> digit & 1) for bit in range(1, 8 * count + 1)), 2).to_bytes(count, "big")
        for place, bit in enumerate(f"{drawn(spelt, 0) ^ blank:0{size}b}"):
            source[place] |= int(bit) << digit
    return _Frame(
        side=side,
        empty=tuple(drawn([0] * count, mask) for mask in _MASKS),
        judged=tuple(drawn([0] * count, mask, judged=True) for mask in _MASKS),
        whole=int(("1" * side + "0") * side, 2),
        lying=itemgetter(*(bit - 1 if bit else 8 * count for bit in source)),
    )


def _lost_points(dark: int, frame: _Frame) -> int:
    """How badly a picture reads (ISO/IEC 18004, 7.8.3): runs, blocks, what looks like a corner, a lack of balance."""
    down = frame.side + 1
    light = dark ^ frame.whole
    lost = 0
    for one in (dark, light):
        beside = one & one >> 1
        lost += 3 * (beside & beside >> down).bit_count()
        for step, two in ((1, beside), (down, one & one >> down)):
            five = two & two >> 2 * step & one >> 4 * step
            lost += five.bit_count() + 2 * (five & ~(five << step)).bit_count()
    for step in (1, down):
        still = light & light >> step
        still &= still >> 2 * step
        eyes = dark & dark >> 2 * step & dark >> 3 * step & dark >> 4 * step & dark >> 6 * step
        eyes &= light >> step & light >> 5 * step
        lost += 40 * ((eyes & still >> 7 * step).bit_count() + (eyes & still << 4 * step).bit_count())
    return lost + 10 * int(abs(dark.bit_count() / frame.side**2 * 100 - 50) / 5)
