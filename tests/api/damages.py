"""What may become of an archive on its way, by accident or by somebody's hand, and what it is refused for then."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from api.archive import manifest, sealing
from api.archive.errors import (
    ArchiveDamaged,
    ArchiveFormatUnknown,
    ArchiveOtherRevision,
    ArchiveUnreadable,
    BooksNotProved,
)
from ledger.errors import Refusal

PASSPHRASE: Final = "cheval correct pile agrafe"  # noqa: S105 - of no archive but these tests'


def rewritten(content: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """The same archive with some entries replaced, added, or (None) left out."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            told = changes.get(name, old.read(name))
            if told is not None:
                new.writestr(name, told)
        for name, told in changes.items():
            if name not in old.namelist() and told is not None:
                new.writestr(name, told)
    return out.getvalue()


def entry(content: bytes, name: str) -> bytes:
    with ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def forged(content: bytes, change: Callable[[dict[str, Any]], None], more: Mapping[str, bytes] | None = None) -> bytes:
    """An archive whose manifest was changed and sealed anew, as only who knows the passphrase can."""
    told = entry(content, manifest.NAME)
    opener = sealing.opener(PASSPHRASE, entry(content, sealing.NAME), told)
    said = json.loads(told)
    change(said)
    written = json.dumps(said).encode()
    return rewritten(content, {manifest.NAME: written, sealing.NAME: opener.seal(written).written(), **(more or {})})


def with_part(content: bytes, table: str, told: bytes) -> bytes:
    """An archive in which a table was exchanged, and everything else says so."""

    def change(said: dict[str, Any]) -> None:
        (part,) = (one for one in said["parts"] if one["table"] == table)
        part.update(size=len(told), sha256=hashlib.sha256(told).hexdigest())

    return forged(content, change, {manifest.entry_of(table): told})


TRANSFERS: Final = "tables/transfers.csv"


def _less_one(content: bytes) -> bytes:
    """A table without its last row."""
    return b"\n".join(content.rstrip(b"\n").split(b"\n")[:-1]) + b"\n"


DAMAGES: Final[Mapping[str, tuple[Callable[[bytes], bytes], type[Refusal]]]] = {
    "no archive": (lambda _: b"PK\x03\x04 but no", ArchiveUnreadable),
    "empty": (lambda _: b"", ArchiveUnreadable),
    "cut short": (lambda told: told[: len(told) // 2], ArchiveUnreadable),
    "an archive of something else": (lambda told: rewritten(told, {manifest.NAME: b'{"format":1}'}), ArchiveUnreadable),
    "no manifest": (lambda told: rewritten(told, {manifest.NAME: None}), ArchiveUnreadable),
    "no seal": (lambda told: rewritten(told, {sealing.NAME: None}), ArchiveUnreadable),
    "an endless manifest": (
        lambda told: rewritten(told, {manifest.NAME: b" " * (manifest.LONGEST + 1)}), ArchiveUnreadable,
    ),
    "a deep manifest": (lambda told: rewritten(told, {manifest.NAME: b"[" * 100_000}), ArchiveUnreadable),
    "a seal that is none": (lambda told: rewritten(told, {sealing.NAME: b'{"salt":"","x":1}'}), ArchiveUnreadable),
    "a manifest changed": (
        lambda told: rewritten(told, {manifest.NAME: entry(told, manifest.NAME).replace(b'"op"', b'"po"')}),
        ArchiveDamaged,
    ),
    "a row changed": (
        lambda told: rewritten(told, {TRANSFERS: entry(told, TRANSFERS).replace(b"redemption", b"Redemption", 1)}),
        ArchiveDamaged,
    ),
    "a row less": (lambda told: rewritten(told, {TRANSFERS: _less_one(entry(told, TRANSFERS))}), ArchiveDamaged),
    "a part missing": (lambda told: rewritten(told, {TRANSFERS: None}), ArchiveDamaged),
    "a part too many": (lambda told: rewritten(told, {"../../etc/passwd": b"root"}), ArchiveDamaged),
    "a part that swells": (
        lambda told: rewritten(told, {TRANSFERS: entry(told, TRANSFERS) + bytes(5_000_000)}), ArchiveDamaged,
    ),
    "bytes flipped on the disk": (
        lambda told: told.replace(told[5_000:5_008], bytes(one ^ 255 for one in told[5_000:5_008])), ArchiveDamaged,
    ),
    "of a later format": (lambda told: forged(told, lambda said: said.update(version=2)), ArchiveFormatUnknown),
    "of other books": (lambda told: forged(told, lambda said: said.update(revision="0021")), ArchiveOtherRevision),
    "a table that is not named": (
        lambda told: forged(rewritten(told, {TRANSFERS: None}), lambda said: said["parts"].pop(
            next(at for at, one in enumerate(said["parts"]) if one["table"] == "transfers"))), ArchiveDamaged,
    ),
    "a table of another schema": (
        lambda told: forged(told, lambda said: said["parts"][0].update(table="x.y")), ArchiveDamaged,
    ),
    "more in the manifest": (lambda told: forged(told, lambda said: said.update(run="rm")), ArchiveDamaged),
    "a key of another programme": (
        lambda told: forged(told, lambda said: said["code_keys"][0].update(number=3)), ArchiveDamaged,
    ),
    "books that do not agree": (
        lambda told: with_part(told, "transfers", entry(told, TRANSFERS).replace(b",1250,", b",1251,", 1)),
        BooksNotProved,
    ),
}  # fmt: skip
