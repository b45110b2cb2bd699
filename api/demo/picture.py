"""The logo of one of the demonstration's companies: hills and a sun."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

from merchants.pictures import Redrawn, redraw

_SIZE = (320, 160)
_HILLS = ((0, 160), (0, 118), (70, 74), (128, 112), (196, 44), (268, 104), (320, 80), (320, 160))
_NEARER = ((0, 160), (0, 142), (90, 116), (180, 140), (250, 122), (320, 138), (320, 160))


def logo() -> Redrawn:
    """Drawn four times as large and made smaller, so that its edges are smooth; taken in as any other picture is."""
    drawn = Image.new("RGB", (_SIZE[0] * 4, _SIZE[1] * 4), "white")
    pen = ImageDraw.Draw(drawn)
    pen.ellipse([4 * side for side in (44, 26, 92, 74)], fill="#e9a23b")
    pen.polygon([(4 * x, 4 * y) for x, y in _HILLS], fill="#2f6f7e")
    pen.polygon([(4 * x, 4 * y) for x, y in _NEARER], fill="#1d4a55")
    written = BytesIO()
    drawn.resize(_SIZE, Image.Resampling.LANCZOS).save(written, "PNG")
    return redraw(written.getvalue())
