"""The picture of a link: a QR code at level Q. The only importer of qrcode.

The library tells its sizes, its blocks and, once for each size, its empty picture under each mask. What it then does
bit by bit, and module by module eight times over, is done here on whole codewords and whole pictures as integers. The
pictures are the library's own, mask included, at a fiftieth of its time (decision 23).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import islice
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
_SHORT: Final = 9
"""Up to this size a QR code says in one byte how many bytes it holds, beyond it in two."""

_FILLING: Final = b"\xec\x11"
"""What stands in the place that a text leaves (ISO/IEC 18004, 7.4.10)."""

_BITS: Final = bytes.maketrans(b"01", b"\x00\x01")


def modules(link: str, *, level: Level = "Q") -> tuple[bytes, ...]:
    """The smallest square that holds ``link``, row by row, a byte for each module, 1 for dark; with no border.

    Level Q survives glare and blur on paper, where L and M do not. 46 characters make 33 modules a side, 60 make 37.
    """
    text = link.encode()
    if util.optimal_mode(text) == util.MODE_8BIT_BYTE:
        version = _size(len(text), level)
        codewords: Sequence[int] = _codewords(text, version, level)
    else:  # digits or capitals alone, which no link is
        version, codewords = _of_the_library(text, level)
    frame = _frame(version, level)
    placed = frame.place(codewords)
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


def _of_the_library(text: bytes, level: Level) -> tuple[int, Sequence[int]]:
    """How large the smallest QR code is that holds a text, from 1 to 40, and its codewords."""
    code: QRCode[Any] = QRCode(error_correction=_LEVELS[level], border=0)
    code.add_data(text, optimize=0)
    version = code.best_fit()
    return version, util.create_data(version, _LEVELS[level], code.data_list)


@lru_cache(maxsize=256)
def _size(length: int, level: Level) -> int:
    """How large the smallest QR code is that holds so many bytes, from 1 to 40."""
    return _of_the_library(b"x" * length, level)[0]


def _codewords(text: bytes, version: int, level: Level) -> bytes:
    """A text as bytes, with what corrects errors in it, block by block, and the blocks interleaved."""
    blocks = base.rs_blocks(version, _LEVELS[level])
    counting = 8 if version <= _SHORT else 16
    said = ((util.MODE_8BIT_BYTE << counting | len(text)) << 8 * len(text) | int.from_bytes(text, "big")) << 4
    spelt = said.to_bytes(1 + counting // 8 + len(text), "big")
    room = sum(block.data_count for block in blocks)
    rest = iter(spelt + (_FILLING * room)[: room - len(spelt)])
    data = [bytes(islice(rest, block.data_count)) for block in blocks]
    correcting = blocks[0].total_count - blocks[0].data_count
    corrections = [_correction(part, correcting) for part in data]
    longest = max(map(len, data))
    return bytes(part[place] for place in range(longest) for part in data if place < len(part)) + bytes(
        part[place] for place in range(correcting) for part in corrections
    )


def _correction(data: bytes, count: int) -> bytes:
    """So many bytes that correct errors in these (Reed-Solomon): the remainder of a division, a byte at a time."""
    remainders, kept = _remainders(count), (1 << 8 * (count - 1)) - 1
    left = 0
    for byte in data:
        left = (left & kept) << 8 ^ remainders[byte ^ left >> 8 * (count - 1)]
    return left.to_bytes(count, "big")


@lru_cache(maxsize=32)
def _remainders(count: int) -> tuple[int, ...]:
    """What each leading byte leaves when it is divided by the library's polynomial of ``count`` roots."""
    divisor = base.Polynomial([1], 0)
    for power in range(count):
        divisor *= base.Polynomial([1, base.gexp(power)], 0)
    logs = [base.glog(factor) for factor in list(divisor)[1:]]
    times = (bytes(base.gexp(base.glog(byte) + log) for log in logs) for byte in range(1, 256))
    return (0, *(int.from_bytes(left, "big") for left in times))


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

    def rows(self, picture: int) -> tuple[bytes, ...]:
        bits = f"{picture:0{self.side * (self.side + 1)}b}".encode().translate(_BITS)
        return tuple(bits[start : start + self.side] for start in range(0, len(bits), self.side + 1))


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
