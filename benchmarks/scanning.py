"""Photos of sheets as tills take them, read by the product beside a bare zxing-cpp: which share each one decodes.

The sheets are Obole's own, printed eight to a page with a code of 25 mm, and looked at with 150 dots per inch; then
each code is spoilt as counters spoil them. What spoils is drawn from one seed, so that two runs see the same photos.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from statistics import median
from typing import Any, Final
from uuid import UUID

import numpy as np
import pypdfium2 as pdfium
import zxingcpp
from PIL import Image, ImageFilter

from ledger.money import Money
from vouchers import codes
from vouchers.codes import derive, derive_key
from vouchers.qr_reading import grey, read_frame, read_photo
from vouchers.sheets_pdf import SheetLook, SheetVoucher, draw_sheets

SHEETS: Final = 6
PER_PAGE: Final = 8
DPI: Final = 150
MILLIMETRES: Final = 25.4
SIDE_MM: Final = 25.0
"""Of the code with its quiet zone, as a photo sees it at ``DPI``."""

SEED: Final = 13_2026
AROUND: Final = 60
"""Pixels of paper around a code."""

BASE: Final = "https://bons-13.obole"
"""A link of 46 characters, as programmes print it."""

_QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)

Tell = Callable[[str], None]
Spoil = Callable[[Image.Image, int, np.random.Generator], Image.Image]


class NothingToScan(Exception):
    """The sheets hold no codes as drawn: the figures would mean nothing."""


@dataclass(slots=True)
class Condition:
    """A way of spoiling photos, and how many were read: by a bare zxing-cpp, by Obole as a frame, as a photo.

    ``seconds`` are what the last takes for each.
    """

    name: str
    photos: int = 0
    bare: int = 0
    frame: int = 0
    ours: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def typical(self) -> float:
        """Seconds for the middle one of the photos."""
        return median(self.seconds) if self.seconds else 0.0


@dataclass(slots=True)
class Scanning:
    """What was measured."""

    conditions: list[Condition] = field(default_factory=list)


def measure(*, tell: Tell, sheets: int = SHEETS) -> Scanning:
    """Spoil the photos in each way, and read each one twice.

    :raises NothingToScan:
    """
    photos = list(_photos(sheets))
    if len(photos) != sheets * PER_PAGE:
        raise NothingToScan(f"{len(photos)} codes were found on {sheets} sheets")
    found = Scanning()
    for name, spoil in CONDITIONS.items():
        condition = Condition(name)
        chance = np.random.default_rng(SEED)
        for number, (link, clean) in enumerate(photos):
            _judge(condition, link, _jpeg(spoil(clean, number, chance)))
        found.conditions.append(condition)
        tell(f"{name}: {condition.ours} of {condition.photos} read, {condition.bare} by a bare zxing-cpp")
    return found


def _judge(condition: Condition, link: str, photo: bytes) -> None:
    bare = [one.text for one in zxingcpp.read_barcodes(grey(photo), formats=_QR)]
    started = time.perf_counter()
    ours = read_photo(photo)
    condition.seconds.append(time.perf_counter() - started)
    condition.photos += 1
    condition.bare += link in bare
    condition.ours += link in ours
    condition.frame += link in read_frame(photo)


def _photos(sheets: int) -> Iterator[tuple[str, Image.Image]]:
    """Each code of the sheets with what is around it, and the link that it holds."""
    key = derive_key(b"a master secret of some 32 bytes", UUID(int=1), 2, b"salt")
    made = [derive(key, UUID(int=number)) for number in range(sheets * PER_PAGE)]
    vouchers = [SheetVoucher(codes.link(BASE, one), one.typed, Money(50_00), date(2027, 12, 31), None) for one in made]
    look = SheetLook(programme="Treiz'Local", offered_by="Savonnerie", conditions="Ni échangé.", support="Aide")
    out = BytesIO()
    draw_sheets(out, iter(vouchers), look, "eight")
    for page in pdfium.PdfDocument(out.getvalue()):
        yield from _codes_on(page)


def _codes_on(page: Any) -> Iterator[tuple[str, Image.Image]]:
    sheet = page.render(scale=DPI / 72).to_pil().convert("L")
    for one in zxingcpp.read_barcodes(sheet, formats=_QR):
        corners = (one.position.top_left, one.position.top_right, one.position.bottom_left, one.position.bottom_right)
        left, top = min(corner.x for corner in corners), min(corner.y for corner in corners)
        right, bottom = max(corner.x for corner in corners), max(corner.y for corner in corners)
        box = (max(left - AROUND, 0), max(top - AROUND, 0), min(right + AROUND, sheet.width), bottom + AROUND)
        yield one.text, _printed(sheet.crop(box), right - left)


def _printed(picture: Image.Image, side: int) -> Image.Image:
    """The picture at the size at which 25 mm are seen with 150 dots per inch, in the greys of paper and ink."""
    share = SIDE_MM / MILLIMETRES * DPI / side
    size = (round(picture.width * share), round(picture.height * share))
    return picture.resize(size, Image.Resampling.LANCZOS).point(lambda tone: int(30 + tone * 0.75))


def _noisy(picture: Image.Image, strength: float, chance: np.random.Generator) -> Image.Image:
    tones = np.asarray(picture, dtype=float)
    return Image.fromarray(np.clip(tones + chance.normal(0, strength, tones.shape), 0, 255).astype("uint8"))


def _blurred(picture: Image.Image, radius: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def _turned(picture: Image.Image, degrees: float) -> Image.Image:
    return picture.rotate(degrees, expand=True, fillcolor=205, resample=Image.Resampling.BICUBIC)


def _lit(picture: Image.Image, share: float) -> Image.Image:
    return picture.point(lambda tone: int(tone * share))


def _glaring(picture: Image.Image, number: int, strength: float) -> Image.Image:
    """A lamp mirrored on a corner of the code: most of the ink there is lost in light, the middle of it whole."""
    tones = np.asarray(picture, dtype=float)
    height, width = tones.shape
    across, down = ((0.3, 0.3), (0.7, 0.3), (0.3, 0.7), (0.7, 0.7))[number % 4]
    y, x = np.ogrid[:height, :width]
    away = np.hypot(x - width * across, y - height * down) / (min(height, width) * 0.22)
    return Image.fromarray(np.clip(tones + strength * np.exp(-(away**2)), 0, 255).astype("uint8"))


def _jpeg(picture: Image.Image) -> bytes:
    """As a till's script sends a frame."""
    out = BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()


CONDITIONS: Final[dict[str, Spoil]] = {
    "25 mm at 150 dpi, camera noise": lambda one, _, chance: _noisy(one, 12, chance),
    "strong noise (dim shop)": lambda one, _, chance: _noisy(one, 40, chance),
    "blurred, 1.5 px": lambda one, _, chance: _noisy(_blurred(one, 1.5), 6, chance),
    "blurred, 2.5 px": lambda one, _, chance: _noisy(_blurred(one, 2.5), 6, chance),
    "rotated by 30°": lambda one, _, chance: _noisy(_turned(one, 30), 8, chance),
    "at 1/3 light": lambda one, _, chance: _noisy(_lit(one, 1 / 3), 8, chance),
    "glare on a corner": lambda one, number, chance: _noisy(_glaring(one, number, 160), 8, chance),
    "glare that burns a corner out": lambda one, number, chance: _noisy(_glaring(one, number, 300), 8, chance),
    "blurred, at 1/3 light, noise": lambda one, _, chance: _noisy(_lit(_blurred(one, 1.6), 1 / 3), 10, chance),
    "rotated, glare, at 1/2 light": lambda one, number, chance: _noisy(
        _lit(_turned(_glaring(one, number, 160), 30), 0.5), 8, chance
    ),
}
"""How counters spoil a photo. Blur is the deviation of a Gaussian; a module is some 3.6 pixels wide."""
