"""What a till bears: five thousand guesses next door, photos that are none, frames by the dozen."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

from api.auth.doorkeeper import Caller
from api.guessing import LONGEST_WAIT, Guesses
from api.scanning import FRAME_BYTES
from tests.pages.given import Live
from tests.pages.tilling import TILL, Counter, a_counter, present, words
from tests.pages.windows import Window, a_house
from tests.till import Till
from vouchers import codes, qr
from vouchers.qr_reading import PIXELS_MOST

MANY = 5_000
HERE = "127.0.0.1"
"""The address of every till of these tests: they stand behind one connection."""


@pytest.fixture
async def counter(live: Live) -> AsyncIterator[Counter]:
    async with a_counter(live) as counter:
        yield counter


@pytest.fixture
async def still_counter(still_live: Live) -> AsyncIterator[Counter]:
    async with a_counter(still_live) as counter:
        yield counter


async def caller(counter: Counter, till: Till | None = None) -> Caller:
    """A till as those see it who count; one that nobody has if none is named."""
    town = await counter.live.town()
    return Caller(town, uuid4(), "till", till.id if till else uuid4(), frozenset())


@pytest.mark.parametrize("where", ["one till", "one address", "many addresses"])
async def test_five_thousand_guesses_change_nothing_for_an_honest_till_next_door(counter: Counter, where: str) -> None:
    guesses: Guesses = counter.live.app.state.guesses
    guilty, honest = counter.town.till, await counter.town.open_till(counter.town.till.shop, label="Caisse 2")
    by = {
        "one till": [(await caller(counter, guilty), HERE)] * MANY,
        "one address": [(await caller(counter), HERE) for _ in range(MANY // 10)] * 10,
        "many addresses": [(await caller(counter, guilty), f"198.51.{n % 250}.{n // 250}") for n in range(MANY)],
    }[where]
    await asyncio.gather(*(guesses.wrong(*one) for one in by))
    neighbour, till = await caller(counter, honest), await caller(counter, guilty)
    assert guesses.delay(neighbour, HERE) == 0
    phone, voucher = await counter.device(honest), await counter.town.voucher()
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert "20,00 €" in words(await present(phone, counter.spelt(voucher)))
    assert loop.time() - began < LONGEST_WAIT
    async with a_house(counter.live) as house:
        seen = words(await (await house.in_window("operator", "operator")).get("/treiz/desk/code-attempts"))
    if where != "one address":
        assert f"Bar Pierre, Caisse 1 {MANY} " in seen
        assert guesses.delay(till, HERE) >= LONGEST_WAIT
    if where != "many addresses":
        assert f"127.0.0.… {MANY} " in seen
    else:
        assert "198.51.0.… " in seen


async def test_a_good_code_tried_once_after_them_from_the_guilty_till_waits_and_then_works(counter: Counter) -> None:
    guesses: Guesses = counter.live.app.state.guesses
    guilty = await caller(counter, counter.town.till)
    await asyncio.gather(*(guesses.wrong(guilty, "198.51.100.7") for _ in range(MANY)))
    phone, voucher = await counter.device(), await counter.town.voucher()
    loop = asyncio.get_running_loop()
    began = loop.time()
    shown = await present(phone, counter.spelt(voucher))
    assert loop.time() - began >= LONGEST_WAIT
    assert "20,00 €" in words(shown)


async def sends(window: Window, content: bytes, name: str = "photo.jpg") -> str:
    """What is said of a photo."""
    answer = await window.client.post(
        f"{TILL}/photo", files={"photo": (name, content, "image/jpeg")},
        headers={"cookie": "; ".join(f"{key}={value}" for key, value in window.cookies.items())},
    )  # fmt: skip
    assert answer.status_code in {303, 413, 422}, answer.text
    return answer.headers.get("location", "") or words(answer)


def picture(width: int, height: int, *, kind: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.new("L", (width, height), 200).save(out, kind)
    return out.getvalue()


async def test_a_photo_that_is_too_large_or_none_at_all_is_answered_in_words(still_counter: Counter) -> None:
    phone = await still_counter.device()
    voucher = await still_counter.town.voucher()
    code = qr.png(codes.link(still_counter.live.address, still_counter.code(voucher)), scale=6)
    large = picture(8_000, 5_000)
    assert 8_000 * 5_000 > PIXELS_MOST > len(large)
    for content, said in (
        (large, "trop grande"), (picture(8_000, 5_000, kind="PNG"), "trop grande"), (b"\xff", "n'est pas une photo"),
        (b"", "n'est pas une photo"), (b"%PDF-1.7" + bytes(200), "n'est pas une photo"),
        (large[:5_000], "trop grande"), (picture(400, 300)[:300], "n'est pas une photo"),
        (picture(400, 300), "Aucun QR code n'est lisible"), (b"<svg>" + bytes(900), "n'est pas une photo"),
        (random.Random(13).randbytes(5_000_000), "trop volumineux"), (code, "/till/voucher/"),
    ):  # fmt: skip
        told = await sends(phone, content)
        assert said in told, (content[:20], told)


async def test_a_photo_of_something_else_is_told_from_one_of_a_voucher(still_counter: Counter) -> None:
    phone = await still_counter.device()
    assert "Ceci n'est pas un bon" in await sends(phone, qr.png("WIFI:S:bar;T:WPA;P:secret;;", scale=6))
    assert "Ceci n'est pas un bon" in await sends(phone, qr.png("https://www.bar.example/carte", scale=6))
    elsewhere = f"https://autre.example/v/{'x' * 22}"
    assert "mène à autre.example" in await sends(phone, qr.png(elsewhere, scale=6))


async def test_frames_are_read_one_at_a_time_and_only_small_ones_of_tills(still_counter: Counter) -> None:
    phone, nobody = await still_counter.device(), await still_counter.window()
    code = qr.png("https://x.example/v/anything", scale=6)
    cookies = {"cookie": "; ".join(f"{key}={value}" for key, value in phone.cookies.items())}

    async def frame(content: bytes) -> int:
        return (await phone.client.post(f"{TILL}/frame", content=content, headers=cookies)).status_code

    answer = await phone.client.post(f"{TILL}/frame", content=code, headers=cookies)
    assert answer.json() == {"found": ["https://x.example/v/anything"]}
    assert await frame(picture(320, 240)) == 204
    assert await frame(b"\xff") == 422
    assert await frame(bytes(FRAME_BYTES + 1)) == 413
    at_once = await asyncio.gather(*(frame(picture(1_600, 1_200)) for _ in range(8)))
    assert set(at_once) <= {204, 429}
    assert 204 in at_once
    assert (await nobody.client.post(f"{TILL}/frame", content=code)).status_code == 401
