"""Logos: whatever comes in, pixels of ours go out, small, upright, and without anything else that the file was."""

from __future__ import annotations

import io
import random
import struct
import zlib
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from merchants.pictures import (
    BYTES_MOST,
    HEIGHT,
    PIXELS_MOST,
    PNG_BYTES_MOST,
    WIDTH,
    PictureKindRefused,
    PictureTooLarge,
    PictureUnreadable,
    Redrawn,
    redraw,
)

KINDS = ("PNG", "JPEG", "WEBP", "GIF")


def file_of(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def noise(width: int, height: int, mode: str = "RGBA") -> Image.Image:
    return Image.frombytes(mode, (width, height), random.Random(1).randbytes(width * height * len(mode)))


def opened(drawn: Redrawn) -> Image.Image:
    picture = Image.open(io.BytesIO(drawn.png), formats=("PNG",))
    picture.load()
    assert picture.size == (drawn.width, drawn.height)
    return picture


def striped() -> Image.Image:
    """Wider than high, its first corner red."""
    picture = Image.new("RGB", (60, 30), "white")
    picture.paste((255, 0, 0), (0, 0, 16, 16))
    return picture


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(1, 1), (60, 30), (800, 400), (1600, 400), (900, 3000), (3000, 2)])
def test_a_picture_fits_its_room_in_its_own_proportions(kind: str, size: tuple[int, int]) -> None:
    drawn = redraw(file_of(Image.new("RGB", size, "teal"), kind))
    assert opened(drawn).format == "PNG"
    assert (drawn.width <= WIDTH, drawn.height <= HEIGHT) == (True, True)
    share = min(WIDTH / size[0], HEIGHT / size[1], 1)
    assert abs(drawn.width - size[0] * share) <= 1
    assert abs(drawn.height - max(size[1] * share, 1)) <= 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_colour_is_taken(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(redraw(file_of(Image.new(mode, (50, 20)), kind))).size == (50, 20)


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    grey = Image.frombytes("I;16", (256, 1), struct.pack("<256H", *(shade * 257 for shade in range(256))))
    shades = opened(redraw(file_of(grey, "PNG"))).convert("L").tobytes()
    assert shades == bytes(range(256))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_what_is_clear_stays_clear(kind: str) -> None:
    picture = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    picture.paste((10, 20, 200, 255), (0, 0, 20, 20))
    drawn = opened(redraw(file_of(picture, kind))).convert("RGBA")
    assert drawn.getpixel((30, 10))[3] == 0  # type: ignore[index]
    assert drawn.getpixel((5, 10))[3] == 255  # type: ignore[index]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_its_camera_asked(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = file_of(striped(), kind, exif=exif)
    with Image.open(io.BytesIO(content)) as before:
        wanted = ImageOps.exif_transpose(before).convert("RGB")
    drawn = opened(redraw(content)).convert("RGB")
    assert drawn.size == wanted.size
    difference = [abs(one - other) for one, other in zip(drawn.tobytes(), wanted.tobytes(), strict=True)]
    assert max(difference) < 30


def test_the_first_frame_of_an_animation_is_taken() -> None:
    frames = [Image.new("RGB", (40, 20), colour) for colour in ("red", "blue")]
    for kind in ("GIF", "WEBP", "PNG"):
        content = file_of(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
        red, _, blue = opened(redraw(content)).convert("RGB").getpixel((5, 5))  # type: ignore[misc]
        assert (red > 240, blue < 15) == (True, True)


def test_nothing_of_the_file_is_kept_but_its_pixels() -> None:
    told = PngInfo()
    told.add_text("Author", "SECRET-TEXT")
    exif = Image.Exif()
    exif[0x010E] = "SECRET-EXIF"
    content = file_of(striped(), "PNG", pnginfo=told, exif=exif, icc_profile=b"SECRET-ICC", dpi=(300, 300))
    polyglot = content + b"PK\x03\x04SECRET<script>alert(1)</script><?php SECRET ?>"
    drawn = redraw(polyglot)
    assert b"SECRET" in polyglot
    chunks = chunks_of(drawn.png)
    assert set(chunks) <= {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
    assert drawn.png.endswith(b"IEND\xaeB`\x82")
    assert redraw(content) == drawn
    assert not opened(drawn).info.keys() & {"Author", "exif", "icc_profile", "dpi"}


def chunks_of(png: bytes) -> list[bytes]:
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.append(png[at + 4 : at + 8])
        at += 12 + length
    return found


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_most_restless_picture_is_written_small(mode: str) -> None:
    drawn = redraw(file_of(noise(WIDTH, HEIGHT, mode), "WEBP", lossless=True, method=0, quality=0))
    assert len(drawn.png) <= PNG_BYTES_MOST
    assert drawn.width >= WIDTH // 2


def vast_png(width: int, height: int) -> bytes:
    """A PNG of zeros that says how large it is; nobody gets to unpack it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@cache
def vast() -> dict[str, bytes]:
    """Sixty million pixels in every kind, a few kilobytes each, their decoders never started."""
    small = {kind: file_of(Image.new("RGB", (16, 16)), kind) for kind in KINDS}
    jpeg = small["JPEG"]
    at = jpeg.index(b"\xff\xc0") + 5
    webp = bytearray(file_of(Image.new("RGB", (16, 16)), "WEBP"))
    webp[26:30] = struct.pack("<HH", 10_000, 6_000)
    lossless = bytearray(file_of(Image.new("RGB", (16, 16)), "WEBP", lossless=True))
    lossless[21:25] = ((10_000 - 1) | (6_000 - 1) << 14).to_bytes(4, "little")
    canvas = bytearray(file_of(Image.new("RGB", (16, 16)), "WEBP", exif=b"Exif\0\0" + bytes(20)))
    canvas[24:30] = (10_000 - 1).to_bytes(3, "little") + (6_000 - 1).to_bytes(3, "little")
    return {
        "PNG": vast_png(10_000, 6_000),
        "JPEG": jpeg[:at] + struct.pack(">HH", 6_000, 10_000) + jpeg[at + 4 :],
        "GIF": small["GIF"][:6] + struct.pack("<HH", 10_000, 6_000) + small["GIF"][10:],
        "WEBP": bytes(webp),
        "WEBP lossless": bytes(lossless),
        "WEBP extended": bytes(canvas),
    }


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "WEBP lossless", "WEBP extended"])
def test_sixty_million_pixels_are_refused_before_they_are_decoded(kind: str) -> None:
    with pytest.raises(PictureTooLarge) as refused:
        redraw(vast()[kind])
    assert (refused.value.unit, refused.value.found, refused.value.limit) == ("pixels", 60_000_000, PIXELS_MOST)


@pytest.mark.parametrize("size", [(65_535, 65_535), (2**31 - 1, 2**31 - 1)])
def test_a_picture_larger_than_any_memory_is_refused_the_same(size: tuple[int, int]) -> None:
    with pytest.raises(PictureTooLarge):
        redraw(vast_png(*size))


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(PictureTooLarge) as refused:
        redraw(file_of(striped(), "PNG") + bytes(BYTES_MOST))
    assert refused.value.unit == "bytes"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "svg"),
        (b'\xef\xbb\xbf <?xml version="1.0"?>\n<!-- x --><SVG/>', "svg"),
        (b"%PDF-1.7", "pdf"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "heic"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "avif"),
        (b"II*\0\x08\0\0\0", "tiff"),
        (b"BM" + bytes(60), "bmp"),
        (b"", "other"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "other"),
        (b"\0\0\1\0\1\0", "other"),
        (b"<html>", "other"),
        (b"P6 1 1 255 abc", "other"),
    ],
)
def test_other_kinds_are_refused_by_name_and_never_opened(content: bytes, kind: str) -> None:
    with pytest.raises(PictureKindRefused) as refused:
        redraw(content)
    assert refused.value.kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_cut_short_is_refused(kind: str) -> None:
    content = file_of(noise(64, 64, "RGB"), kind)
    for length in (12, 20, 30, len(content) // 2):
        with pytest.raises(PictureUnreadable):
            redraw(content[:length])


def test_pillow_s_own_guard_is_left_as_it_was() -> None:
    before = Image.MAX_IMAGE_PIXELS
    redraw(file_of(striped(), "PNG"))
    with pytest.raises(PictureTooLarge):
        redraw(vast_png(10_000, 6_000))
    assert before == Image.MAX_IMAGE_PIXELS


@settings(max_examples=150)
@given(st.data())
def test_any_bytes_are_a_small_picture_or_a_named_refusal(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    content = bytearray(file_of(striped(), kind))
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    noisy = bytes(content) if data.draw(st.booleans()) else data.draw(st.binary(max_size=200))
    try:
        drawn = redraw(noisy)
    except (PictureTooLarge, PictureUnreadable, PictureKindRefused) as refused:
        str(refused).encode()
    else:
        assert opened(drawn).width <= WIDTH
        assert len(drawn.png) <= PNG_BYTES_MOST
