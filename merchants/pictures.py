"""Pictures that people give: decoded and drawn anew, so that nothing of the file that came is kept.

Whatever else a file is (a page, an archive, a program) stays behind: what goes on is pixels. Sizes are read before
anything is decoded, by decoders named one by one; Pillow's own guard is a setting of the whole process and is not
touched.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final, Literal

from PIL import Image
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from ledger.errors import Refusal

Unit = Literal["bytes", "pixels"]
Refused = Literal["svg", "pdf", "heic", "avif", "tiff", "bmp", "other"]

BYTES_MOST: Final = 4 * 1024 * 1024
PIXELS_MOST: Final = 24_000_000
WIDTH: Final = 800
HEIGHT: Final = 400
"""What a redrawn picture fits into, in pixels; smaller ones keep their size."""
PNG_BYTES_MOST: Final = 300_000

PHOTO_BYTES_MOST: Final = 8 * 1024 * 1024
"""What a telephone takes; a logo is smaller."""
PHOTO: Final = (1_280, 1_280)
SMALL: Final = (480, 480)
"""What a photo and its small form fit into, in pixels."""
_PHOTO_QUALITY: Final = 80
_GROUND: Final = (255, 255, 255)
"""What shows through where a photo is transparent."""

_SHARES: Final = (1.0, 0.85, 0.7, 0.55, 0.4)
_ORIENTATION: Final = 0x0112
_TURNS: Final[Mapping[int, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each orientation. Source: Exif 2.32, tag 0x0112."""
_LYING: Final = frozenset({5, 6, 7, 8})


class PictureTooLarge(Refusal):
    """More bytes, or more pixels, than a logo needs; `limit` in that unit, of which there are `found`."""

    def __init__(self, *, unit: Unit, found: int, limit: int) -> None:
        self.unit, self.found, self.limit = unit, found, limit
        super().__init__(f"The picture has {found} {unit}; {limit} are taken at most.")


class PictureUnreadable(Refusal):
    """The file begins as a picture does, but is cut short or damaged."""

    def __init__(self) -> None:
        super().__init__("The picture is cut short or damaged.")


class PictureKindRefused(Refusal):
    """Not a PNG, JPEG, WebP or GIF. An SVG is a program as much as a drawing: it is never taken."""

    def __init__(self, *, kind: Refused) -> None:
        self.kind = kind
        super().__init__(f"A picture is a PNG, JPEG, WebP or GIF; this is {kind}.")


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A PNG of ours, with its size in pixels."""

    png: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo drawn anew, and its small form, as JPEG; sizes in pixels."""

    large: bytes
    width: int
    height: int
    small: bytes
    small_width: int
    small_height: int


def redraw(content: bytes) -> Redrawn:
    """Decode a PNG, JPEG, WebP or GIF (its first frame), turn it upright, fit it into 800 x 400, write it as PNG.

    Transparency stays; metadata and colour profiles do not. The same bytes give the same picture. It takes up to a
    second of processor time and 200 MB for the largest.

    :raises PictureTooLarge: over 4 MiB or 24 million pixels, neither of which is decoded
    :raises PictureUnreadable: cut short or damaged
    :raises PictureKindRefused: anything else
    """
    return _written(_read(content, (WIDTH, HEIGHT), BYTES_MOST))


def redraw_photo(content: bytes) -> Photo:
    """As `redraw`, for a photo, of 8 MiB at most: fitted into 1,280 x 1,280 and 480 x 480, written as JPEG.

    White where it was clear. Where and by whom it was taken is in a photo's metadata: none of it stays.

    :raises PictureTooLarge, PictureUnreadable, PictureKindRefused:
    """
    drawn = _read(content, PHOTO, PHOTO_BYTES_MOST)
    if drawn.mode == "RGBA":
        ground = Image.new("RGB", drawn.size, _GROUND)
        ground.paste(drawn, mask=drawn.getchannel("A"))
        drawn = ground
    small = drawn.copy()
    small.thumbnail(SMALL, Image.Resampling.LANCZOS)
    return Photo(_jpeg(drawn), *drawn.size, _jpeg(small), *small.size)


def _read(content: bytes, box: tuple[int, int], most: int) -> Image.Image:
    """The pixels of a picture that may be taken in, no more of them than fit a box; of ``most`` bytes."""
    if len(content) > most:
        raise PictureTooLarge(unit="bytes", found=len(content), limit=most)
    decoder = _decoder(content)
    try:
        with decoder(BytesIO(content)) as picture:
            _bound(*picture.size)
            return _upright(picture, box)
    except PictureTooLarge:
        raise
    except Exception as broken:  # Pillow fails in a score of ways on a bad file
        raise PictureUnreadable from broken


def _jpeg(drawn: Image.Image) -> bytes:
    drawn.info.clear()
    out = BytesIO()
    drawn.save(out, format="JPEG", quality=_PHOTO_QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def _decoder(content: bytes) -> Callable[[BytesIO], ImageFile]:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImageFile
    if content.startswith(b"\xff\xd8\xff"):
        return JpegImageFile
    if content.startswith((b"GIF87a", b"GIF89a")):
        _bound(*_size(content[6:10], "<HH"))
        return GifImageFile
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        _bound(*_webp_size(content))
        return WebPImageFile
    raise PictureKindRefused(kind=_kind(content))


def _kind(content: bytes) -> Refused:
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    brand = content[8:12]
    if start.startswith(b"<") and b"<svg" in content[:8192].lower():
        return "svg"
    if b"%pdf-" in start:
        return "pdf"
    if content[4:8] == b"ftyp":
        return "avif" if brand in (b"avif", b"avis") else "heic"
    if content.startswith((b"II*\0", b"MM\0*")):
        return "tiff"
    return "bmp" if content.startswith(b"BM") else "other"


def _bound(width: int, height: int) -> None:
    if width * height > PIXELS_MOST:
        raise PictureTooLarge(unit="pixels", found=width * height, limit=PIXELS_MOST)


def _size(packed: bytes, form: str) -> tuple[int, int]:
    try:
        width, height = struct.unpack(form, packed)
    except struct.error as short:
        raise PictureUnreadable from short
    return width, height


def _webp_size(content: bytes) -> tuple[int, int]:
    """The canvas of a WebP, which its decoder allocates as soon as it is opened. Source: RFC 9649, 2.5 to 2.7."""
    chunk = content[12:16]
    if chunk == b"VP8X":
        packed = content[24:30]
        return 1 + int.from_bytes(packed[:3], "little"), 1 + int.from_bytes(packed[3:], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        width, height = _size(content[26:30], "<HH")
        return width & 0x3FFF, height & 0x3FFF
    raise PictureUnreadable


def _upright(picture: ImageFile, across: tuple[int, int]) -> Image.Image:
    """The first frame as RGB or RGBA, turned as its camera asked, and no larger than it will be written."""
    orientation = _orientation(picture)
    box = across[::-1] if orientation in _LYING else across
    picture.draft("RGB", (2 * box[0], 2 * box[1]))  # a JPEG is decoded at half its size, or a quarter
    picture.load()
    drawn = _plain(picture)
    drawn.thumbnail(box, Image.Resampling.LANCZOS)
    turn = _TURNS.get(orientation)
    drawn = drawn if turn is None else drawn.transpose(turn)
    if drawn.mode == "RGBA" and drawn.getchannel("A").getextrema() == (255, 255):
        drawn = drawn.convert("RGB")
    return drawn


def _orientation(picture: ImageFile) -> int:
    try:
        found = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001  # metadata that cannot be read turns nothing: the pixels still can
        return 1
    return found if isinstance(found, int) else 1


def _plain(picture: Image.Image) -> Image.Image:
    """The pixels alone, in eight bits for each colour."""
    if picture.mode.startswith("I"):  # sixteen bits of grey
        return picture.convert("I").point(lambda grey: grey / 256).convert("L").convert("RGB")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _written(drawn: Image.Image) -> Redrawn:
    """As PNG: in all its colours, else in 256, else smaller and smaller."""
    width, height = drawn.size
    for share in _SHARES:
        smaller = drawn
        if share < 1:
            size = max(round(width * share), 1), max(round(height * share), 1)
            smaller = drawn.resize(size, Image.Resampling.LANCZOS)
        for image in (smaller, smaller.quantize(256, method=Image.Quantize.FASTOCTREE)):
            image.info.clear()
            out = BytesIO()
            image.save(out, format="PNG", optimize=True)
            if out.tell() <= PNG_BYTES_MOST:
                return Redrawn(out.getvalue(), *image.size)
    raise PictureUnreadable  # 320 x 160 pixels in 256 colours never weigh as much
