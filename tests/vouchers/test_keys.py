"""Code keys: rotated without killing printed vouchers, and worthless without the master secret."""

from __future__ import annotations

import asyncio

import pytest

from tests.given import Town
from vouchers import codes, keys
from vouchers.errors import CodeKeysUsedUp, CodeNotRecognised, NoUsableCodeKey
from vouchers.keys import KeyRing

NEWER = b"another master secret, of forty characters"


async def rotated(town: Town, *masters: bytes) -> KeyRing:
    return await town.do(
        lambda session: keys.rotate(
            session, programme=town.programme, masters=masters or town.settings.master_secrets, at=town.at
        )
    )


async def ring(town: Town, *masters: bytes) -> KeyRing:
    return await town.do(lambda session: keys.key_ring(session, programme=town.programme, masters=masters))


async def test_printed_vouchers_live_on_after_a_rotation_and_new_ones_use_the_new_key(town: Town) -> None:
    printed = await town.voucher()
    before = town.keys
    town.keys = await rotated(town)
    assert (before.newest, town.keys.newest) == (0, 1)
    fresh = await town.voucher()
    assert (await town.view(printed)).facts.key_number == 0
    assert (await town.view(fresh)).facts.key_number == 1
    for voucher in (printed, fresh):
        await town.till.redeem(voucher, "1,00")
    assert codes.derive(before.current, printed.id) == codes.derive(town.keys.keys[0], printed.id)


async def test_a_process_that_has_not_heard_of_the_rotation_does_not_recognise_new_codes(town: Town) -> None:
    before = town.keys
    town.keys = await rotated(town)
    token = codes.derive(town.keys.current, (await town.voucher()).id).token
    with pytest.raises(CodeNotRecognised):
        codes.read(token, before.keys)
    assert codes.read(token, town.keys.keys)


async def test_a_reissued_voucher_takes_the_newest_key(town: Town) -> None:
    lost = await town.voucher()
    town.keys = await rotated(town)
    assert (await town.view(await town.reissue(lost))).facts.key_number == 1


async def test_the_keys_are_the_same_each_time_they_are_derived(town: Town) -> None:
    assert await ring(town, *town.settings.master_secrets) == town.keys


async def test_without_the_master_secret_the_database_alone_makes_no_codes(town: Town) -> None:
    for masters in ((NEWER,), ()):
        with pytest.raises(NoUsableCodeKey):
            await ring(town, *masters)


async def test_a_new_master_secret_is_brought_in_beside_the_old_one(town: Town) -> None:
    printed = await town.voucher()
    token = codes.derive(town.keys.current, printed.id).token
    both = (NEWER, *town.settings.master_secrets)
    town.keys = await rotated(town, *both)
    assert codes.read(token, (await ring(town, *both)).keys)
    alone = await ring(town, NEWER)
    assert set(alone.keys) == {1}
    with pytest.raises(CodeNotRecognised):
        codes.read(token, alone.keys)
    with pytest.raises(NoUsableCodeKey):
        await ring(town, *town.settings.master_secrets)


async def test_two_rotations_at_once_make_two_generations(town: Town) -> None:
    rings = await asyncio.gather(*(rotated(town) for _ in range(4)))
    assert sorted(one.newest for one in rings) == [1, 2, 3, 4]


async def test_there_are_sixteen_generations_and_no_more(town: Town) -> None:
    for _ in range(15):
        town.keys = await rotated(town)
    assert sorted(town.keys.keys) == list(range(16))
    await town.till.redeem(await town.voucher(), "1,00")
    with pytest.raises(CodeKeysUsedUp):
        await rotated(town)
