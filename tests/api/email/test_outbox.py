"""The outbox: letters kept as files of their owner's alone, whole or not at all, the newest thousand."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from api.email import outbox
from api.email.outbox import OutboxMailer
from api.email.outcomes import Refused, Sent
from ledger.ids import new_id
from tests.api.email.given import AT, GIFT, a_letter


async def nothing() -> None:
    return


async def test_letters_are_kept_in_the_order_they_came_for_their_owner_alone(tmp_path: Path) -> None:
    async with OutboxMailer(tmp_path).session() as line:
        for number in range(3):
            assert isinstance(await line.send(a_letter(f"p{number}@example.org"), about_to=nothing), Sent)
    kept = outbox.newest(tmp_path)
    assert [one.to for one in kept] == ["p2@example.org", "p1@example.org", "p0@example.org"]
    assert {one.subject.replace("\u00a0", " ") for one in kept} == {
        "Votre bon d'achat de 50,00 €, offert par Savonnerie A & B <b>"
    }
    assert {one.at for one in kept} == {AT}
    folder = tmp_path / "outbox"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert len(outbox.newest(tmp_path, limit=2)) == 2


async def test_an_opened_letter_holds_its_pictures_itself(tmp_path: Path) -> None:
    letter = a_letter()
    await OutboxMailer(tmp_path).send(letter, about_to=nothing)
    (kept,) = outbox.newest(tmp_path)
    opened = outbox.opened(tmp_path, kept.id)
    assert opened is not None
    assert "cid:" not in opened.html
    assert opened.html.count('src="data:image/png;base64,') == 2
    assert GIFT.link in opened.plain
    assert opened.sender == "Treiz'Local <bons@treiz.example>"
    assert GIFT.link not in repr(opened)


async def test_a_letter_that_may_not_leave_is_not_kept(tmp_path: Path) -> None:
    async def refuse() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await OutboxMailer(tmp_path).send(a_letter(), about_to=refuse)
    assert isinstance(await OutboxMailer(tmp_path).send(a_letter("nobody"), about_to=refuse), Refused)
    assert outbox.newest(tmp_path) == []


async def test_only_the_newest_thousand_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir()
    for _ in range(1_005):
        (folder / f"{new_id()}.eml").write_bytes(b"Subject: old\r\n\r\n")
    (folder / "notes.eml").write_bytes(b"mine")
    await OutboxMailer(tmp_path).send(a_letter(), about_to=nothing)
    assert len(list(folder.iterdir())) == 1_001
    assert outbox.newest(tmp_path, limit=1)[0].to == "marie@example.org"
    assert (folder / "notes.eml").exists()


async def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    await asyncio.gather(*(OutboxMailer(tmp_path).send(a_letter(), about_to=nothing) for _ in range(20)))
    assert len(outbox.newest(tmp_path)) == 20


def test_what_is_not_there_is_nothing(tmp_path: Path) -> None:
    assert outbox.newest(tmp_path) == []
    assert outbox.opened(tmp_path, UUID(int=1)) is None
    assert outbox.raw(tmp_path, UUID(int=1)) is None
