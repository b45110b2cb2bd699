"""Pictures of the demonstration's shops: a front with its awning and its window, drawn, of no shop that there is."""

from __future__ import annotations

import random
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

from merchants.pictures import Photo, redraw_photo

_WIDTH: Final = 640
_HEIGHT: Final = 480
_WALLS: Final = ("#e8d9c0", "#d9c3a5", "#cfd8d0", "#e3cfc4", "#d7d3e0", "#efe3c8")
_AWNINGS: Final = ("#0f5560", "#9c4a18", "#23663c", "#7e171f", "#35477d", "#b07d1e")
_GOODS: Final = ("#e3a04a", "#c0563b", "#7a9e5f", "#d8c06a", "#8d6e97", "#5f92a0", "#b86f50")
_WOOD: Final = "#5b4636"
_GLASS: Final = "#2f4850"
_PAVEMENT: Final = "#9a958c"


def front(chance: random.Random) -> Photo:
    """A shop's front, of other colours and with other goods each time."""
    drawn = Image.new("RGB", (_WIDTH, _HEIGHT), chance.choice(_WALLS))
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 420, _WIDTH, _HEIGHT), fill=_PAVEMENT)
    pen.rectangle((70, 90, 570, 425), fill=_WOOD)
    pen.rectangle((92, 190, 388, 400), fill=_GLASS)
    pen.rectangle((412, 190, 548, 425), fill=_GLASS)
    pen.ellipse((424, 300, 436, 312), fill="#d8c06a")
    _goods(pen, chance)
    awning = chance.choice(_AWNINGS)
    for stripe in range(10):
        left = 60 + 52 * stripe
        colour = awning if stripe % 2 == 0 else "#f5efe2"
        pen.polygon(((left + 8, 120), (left + 60, 120), (left + 52, 196), (left, 196)), fill=colour)
        pen.ellipse((left, 182, left + 52, 212), fill=colour)
    pen.rectangle((70, 84, 570, 122), fill=awning)
    for letter in range(chance.randint(5, 9)):
        pen.rounded_rectangle((230 + 22 * letter, 95, 244 + 22 * letter, 111), 3, fill="#f5efe2")
    out = BytesIO()
    drawn.save(out, "PNG", compress_level=1)
    return redraw_photo(out.getvalue())


def _goods(pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    """What lies in the window, on two boards."""
    for board in (300, 388):
        pen.rectangle((100, board, 380, board + 8), fill="#8b7355")
        at = 110
        while at < 350:  # noqa: PLR2004 - where the window ends
            wide, high = chance.randint(18, 44), chance.randint(18, 60)
            shape = pen.ellipse if chance.random() < 0.5 else pen.rectangle  # noqa: PLR2004 - as many of each
            shape((at, board - high, at + wide, board), fill=chance.choice(_GOODS))
            at += wide + chance.randint(6, 14)
