"""The outbox: letters kept in a folder when there is no mail server, to be read on this machine."""

from __future__ import annotations

import asyncio
import os
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.policy import default as modern
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from api.email.letters import AddressImpossible, Letter
from api.email.outcomes import AboutTo, Line, Outcome, Refused, Sent, cleaned
from ledger.ids import new_id

KEPT: Final = 1_000
"""Letters that are kept, the newest."""

FOLDER: Final = "outbox"


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter in the outbox, as a list shows it."""

    id: UUID
    to: str
    subject: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter in the outbox, opened. ``html`` holds its pictures itself."""

    letter: Kept
    sender: str
    plain: str = field(repr=False)
    html: str = field(repr=False)
    papers: tuple[str, ...]


class OutboxMailer:
    """Keeps letters in ``<home>/outbox`` as files, in the order in which they came."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Line]:
        """There is nothing to open."""
        yield self

    async def send(self, letter: Letter, *, about_to: AboutTo) -> Outcome:
        """Keep a letter; it is there as a whole or not at all."""
        try:
            content = letter.written().content
        except AddressImpossible as impossible:
            return Refused(cleaned(impossible))
        await about_to()
        name = await asyncio.to_thread(_keep, self._folder, content)
        return Sent(name)


def newest(home: Path, *, limit: int = 200) -> list[Kept]:
    """The letters of the outbox, the newest first."""
    found = []
    for path in sorted(_letters(home / FOLDER), reverse=True)[:limit]:
        with suppress(FileNotFoundError), path.open("rb") as file:
            found.append(_kept(path, BytesHeaderParser(policy=modern).parse(file)))
    return found


def raw(home: Path, letter: UUID) -> bytes | None:
    """A letter as it would have been sent; None if it is not there."""
    try:
        return (home / FOLDER / f"{letter}.eml").read_bytes()
    except FileNotFoundError:
        return None


def opened(home: Path, letter: UUID) -> Opened | None:
    """A letter, its parts decoded and its pictures put into its HTML; None if it is not there."""
    content = raw(home, letter)
    if content is None:
        return None
    message = BytesParser(policy=modern).parsebytes(content)
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    return Opened(
        _kept(home / FOLDER / f"{letter}.eml", message),
        str(message["From"]),
        plain.get_content() if plain else "",
        _with_pictures(html.get_content(), message) if html else "",
        tuple(part.get_filename() or "" for part in message.iter_attachments()),
    )


def _with_pictures(html: str, message: EmailMessage) -> str:
    for part in message.walk():
        cid = str(part.get("Content-ID", "")).strip("<>")
        png = part.get_payload(decode=True)
        if cid and isinstance(png, bytes) and part.get_content_type() == "image/png":
            html = html.replace(f"cid:{cid}", f"data:image/png;base64,{b64encode(png).decode('ascii')}")
    return html


def _kept(path: Path, head: EmailMessage) -> Kept:
    at = None
    with suppress(ValueError, TypeError):
        at = parsedate_to_datetime(str(head["Date"]))
    return Kept(UUID(path.stem), str(head["To"]), str(head["Subject"]), at)


def _keep(folder: Path, content: bytes) -> str:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{new_id()}.eml"
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
    draft.rename(path)
    for old in sorted(_letters(folder), reverse=True)[KEPT:]:
        old.unlink(missing_ok=True)
    return path.name


def _letters(folder: Path) -> list[Path]:
    found = []
    for path in folder.glob("*.eml"):
        with suppress(ValueError):
            UUID(path.stem)
            found.append(path)
    return found
