"""Photos of vouchers: read as they are, again where they are noisy or blurred, and never beyond bounds."""

from __future__ import annotations

import random
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFilter

from vouchers import qr
from vouchers.qr_reading import PIXELS_MOST, PhotoTooLarge, PhotoUnreadable, grey, read_frame, read_grey, read_photo

LINK = "https://bons-13.obole/v/0123456789abcdefghijAB"


def photo(*, scale: int = 6) -> Image.Image:
    with Image.open(BytesIO(qr.png(LINK, scale=scale))) as picture:
        return picture.convert("L").point(lambda tone: int(30 + tone * 0.75))


def packed(picture: Image.Image, kind: str = "JPEG") -> bytes:
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def noisy(picture: Image.Image, strength: float) -> Image.Image:
    tones = np.asarray(picture, dtype=float)
    noise = np.random.default_rng(13).normal(0, strength, tones.shape)
    return Image.fromarray(np.clip(tones + noise, 0, 255).astype("uint8"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_code_is_read_off_each_kind_of_photo(kind: str) -> None:
    assert read_photo(packed(photo(), kind)) == read_frame(packed(photo(), kind)) == [LINK]


def test_it_does_not_matter_how_the_photo_was_held_or_how_large_it_is() -> None:
    for turned in (photo().rotate(90, expand=True), photo().rotate(33, expand=True, fillcolor=200)):
        assert read_photo(packed(turned)) == [LINK]
    table = Image.new("L", (4_000, 3_000), 140)
    table.paste(photo(scale=24), (1_200, 700))
    assert read_photo(packed(table)) == [LINK]
    assert max(grey(packed(table)).size) == 1_600


def test_a_noisy_frame_and_a_blurred_photo_are_read_at_a_second_look() -> None:
    dim = packed(noisy(photo(scale=4).point(lambda tone: tone // 3), 18))
    assert read_grey(grey(dim)) == []
    assert read_frame(dim) == [LINK]
    blurred = packed(noisy(photo(scale=4).filter(ImageFilter.GaussianBlur(2.1)), 5))
    assert read_frame(blurred) == []
    assert read_photo(blurred) == [LINK]


def test_a_photo_without_a_code_says_nothing() -> None:
    assert read_photo(packed(Image.new("L", (640, 480), 180))) == []


def test_several_codes_are_told_each_once() -> None:
    both = Image.new("L", (900, 400), 220)
    both.paste(photo(), (10, 10))
    both.paste(photo(), (480, 60))
    assert read_photo(packed(both)) == [LINK]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"\xff\xd8\xff",
        b"GIF89a" + bytes(100),
        b"%PDF-1.7" + bytes(100),
        random.Random(1).randbytes(9_000),
    ],
    ids=["nothing", "one byte", "three bytes", "gif", "pdf", "noise"],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(PhotoUnreadable):
        read_photo(content)


def test_a_photo_that_is_cut_short_is_refused() -> None:
    with pytest.raises(PhotoUnreadable):
        read_photo(packed(photo())[:-2_000])


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_forty_million_pixels_are_refused_before_they_are_decoded(kind: str) -> None:
    large = packed(Image.new("L", (8_000, 5_000), 128), kind)
    assert len(large) < PIXELS_MOST
    with pytest.raises(PhotoTooLarge):
        read_photo(large)


def test_more_bytes_than_a_photo_has_are_refused() -> None:
    with pytest.raises(PhotoTooLarge):
        read_photo(b"\xff\xd8\xff" + bytes(9_000_000))
