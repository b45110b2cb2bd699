"""What a chart is made of: boxes, lines, areas and words in a small space, told apart by what they stand for.

The space is measured in units from its top left corner: one pixel of a page, or less than a point on paper. Colours
are no business of a drawing: whoever writes it has one for each `Tone`, for its screen, its theme or its ink.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ledger.formats import Language

Tone = Literal["first", "second", "axis", "grid", "ink", "soft"]
"""What something stands for: a series, the axis, its grid, words that matter, words beside."""

Align = Literal["left", "centre", "right"]
Unit = Literal["money", "count"]

SMALL: Final = 11.5
LARGE: Final = 12.5
LINE: Final = 18.0
"""How far apart lines of words stand, in units; letters are `SMALL` or `LARGE`."""

EDGE: Final = 1.4
"""How thick the edge of what is drawn hollow is: boxes of the second series, told apart without colours too."""


@dataclass(frozen=True, slots=True)
class Frame:
    """How much room there is, in units."""

    width: float
    height: float = 240.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle. ``said`` is what a bar says of itself to who points at it; empty for what is no bar."""

    x: float
    y: float
    width: float
    height: float
    tone: Tone
    said: str = ""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    tone: Tone
    thick: float = 1.0


@dataclass(frozen=True, slots=True)
class Area:
    """What lies within these corners, in a paler tone."""

    corners: tuple[tuple[float, float], ...]
    tone: Tone


@dataclass(frozen=True, slots=True)
class Words:
    """One line of words that begins, is centred or ends at ``x``, on the baseline ``y``."""

    x: float
    y: float
    text: str
    align: Align = "left"
    tone: Tone = "soft"
    size: float = SMALL


Shape = Box | Stroke | Area | Words


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes within a width and a height; later ones lie over earlier ones."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Speech:
    """In which language and unit numbers are said, and what is said where there are none."""

    language: Language
    nothing: str
    unit: Unit = "money"


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers under a name: cents, or how many of something."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Moments:
    """Along a chart's foot: a short name of each moment, and the whole one that a bar says of itself."""

    short: tuple[str, ...]
    whole: tuple[str, ...]
