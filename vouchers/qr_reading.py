"""Reading QR codes off a photo, as a till's camera takes it. The only importer of zxing-cpp.

A picture is read as it is. Only if nothing is found it is looked at again: with each pixel replaced by the median of
its neighbours, for the noise of a camera in a dim shop; then, a photo, at twice its size and sharpened, for blur. What
each look is good for is measured by ``benchmarks/scanning.py``; other binarizers, more contrast and smaller sizes found
nothing more, or less.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Final

import zxingcpp
from PIL import Image, ImageFilter
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from ledger.errors import Refusal

BYTES_MOST: Final = 8_000_000
PIXELS_MOST: Final = 32_000_000
"""As the best telephones take them unasked; decoded, that is 32 MB of grey."""

SIDE: Final = 1_600
"""Pixels of the longer side at which a photo is looked at: a code of 25 mm on half a page then has 4 for a module."""

LEAST_BYTES: Final = 64
TEXT_MOST: Final = 2_000
"""Characters of what was read: no code of ours is as long, and a QR code holds four thousand."""

_DECODERS: Final[tuple[tuple[bytes, Callable[[BytesIO], ImageFile]], ...]] = (
    (b"\xff\xd8\xff", JpegImageFile),
    (b"\x89PNG\r\n\x1a\n", PngImageFile),
    (b"RIFF", WebPImageFile),
)
_QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_MEDIAN: Final = ImageFilter.MedianFilter(3)
_SOFT: Final = ImageFilter.GaussianBlur(1.5)
_SHARP: Final = ImageFilter.UnsharpMask(radius=6, percent=400, threshold=0)


class PhotoTooLarge(Refusal):
    """More bytes, or more pixels, than a photo of a voucher needs; ``limit`` in millions of them."""

    def __init__(self, *, limit: int) -> None:
        self.limit = limit
        super().__init__(f"The photo is beyond {limit} million pixels or bytes.")


class PhotoUnreadable(Refusal):
    """Not a photo: no JPEG, PNG or WebP, or one that is cut short."""

    def __init__(self) -> None:
        super().__init__("This is not a photo that can be read.")


def read_photo(content: bytes) -> list[str]:
    """What the QR codes in a photo say, without repeats; nothing if there is none. Takes up to two seconds.

    :raises PhotoTooLarge: before anything is decoded
    :raises PhotoUnreadable:
    """
    picture = grey(content)
    return read_grey(picture) or read_grey(picture.filter(_MEDIAN)) or read_grey(_sharpened(picture))


def read_frame(content: bytes) -> list[str]:
    """As `read_photo`, of one frame of many: the next one comes in a moment, so the slowest look is left out.

    :raises PhotoTooLarge, PhotoUnreadable:
    """
    picture = grey(content)
    return read_grey(picture) or read_grey(picture.filter(_MEDIAN))


def _sharpened(picture: Image.Image) -> Image.Image:
    size = (picture.width * 2, picture.height * 2)
    return picture.resize(size, Image.Resampling.BICUBIC).filter(_SOFT).filter(_SHARP)


def read_grey(picture: Image.Image) -> list[str]:
    """What the QR codes in a picture say, at the first look."""
    found = zxingcpp.read_barcodes(picture, formats=_QR)
    return list(dict.fromkeys(one.text for one in found if one.text and len(one.text) <= TEXT_MOST))


def grey(content: bytes) -> Image.Image:
    """A photo in grey, no larger than needed. How it was held does not matter: codes are read from every side.

    :raises PhotoTooLarge, PhotoUnreadable:
    """
    _bound(len(content), BYTES_MOST)
    decoder = next((one for start, one in _DECODERS if content.startswith(start)), None)
    if decoder is None or len(content) < LEAST_BYTES:
        raise PhotoUnreadable
    try:
        with decoder(BytesIO(content)) as picture:
            _bound(picture.width * picture.height, PIXELS_MOST)
            picture.draft("L", (SIDE, SIDE))  # a JPEG is decoded at half its size, or a quarter
            drawn = picture.convert("L")
    except PhotoTooLarge:
        raise
    except Exception as broken:  # Pillow fails in a score of ways on a bad file
        raise PhotoUnreadable from broken
    drawn.thumbnail((SIDE, SIDE), Image.Resampling.BILINEAR)
    return drawn


def _bound(found: int, most: int) -> None:
    if found > most:
        raise PhotoTooLarge(limit=most // 1_000_000)
