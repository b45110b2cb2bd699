"""The file itself: a ZIP of parts that are written and read as they come, none of it wholly in memory."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from api.archive import sealing
from api.archive.errors import ArchiveDamaged, ArchiveUnreadable
from api.archive.manifest import LONGEST, NAME, Manifest, Part

_CHUNK: Final = 1 << 16
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_PRIVATE: Final = 0o600 << 16
_BROKEN: Final = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


class Counted:
    """A part while it is written: its bytes so far, and their digest."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        """Add to it."""
        self._digest.update(data)
        self.size += len(data)
        self._inner.write(data)

    @property
    def sha256(self) -> str:
        """The digest of what was written, in hexadecimal."""
        return self._digest.hexdigest()


@contextmanager
def writing(archive: ZipFile, entry: str) -> Iterator[Counted]:
    """A part to write, of any size."""
    info = ZipInfo(entry, _EPOCH)  # the same books give the same bytes
    info.compress_type = ZIP_DEFLATED
    info.external_attr = _PRIVATE
    with archive.open(info, "w", force_zip64=True) as inner:
        yield Counted(inner)


def opened(file: IO[bytes]) -> ZipFile:
    """A file as an archive.

    :raises ArchiveUnreadable:
    """
    try:
        return ZipFile(file)
    except _BROKEN:
        raise ArchiveUnreadable from None


def small(archive: ZipFile, entry: str, most: int) -> bytes:
    """The whole of a part that is small.

    :raises ArchiveUnreadable: if it is not there, cannot be read, or is not small
    """
    try:
        with archive.open(entry) as inner:
            content = inner.read(most + 1)
    except (*_BROKEN, KeyError):
        raise ArchiveUnreadable from None
    if len(content) > most:
        raise ArchiveUnreadable
    return content


def told_of_itself(archive: ZipFile) -> tuple[bytes, bytes]:
    """The manifest and the seal, as they are.

    :raises ArchiveUnreadable:
    """
    return small(archive, NAME, LONGEST), small(archive, sealing.NAME, sealing.LONGEST)


def refuse_other_entries(archive: ZipFile, manifest: Manifest) -> None:
    """Each part that the manifest names is there, once, and nothing else is.

    :raises ArchiveDamaged:
    """
    left = [NAME, sealing.NAME, *(part.entry for part in manifest.parts)]
    for found in archive.namelist():
        if found not in left:
            raise ArchiveDamaged(part=found[:80])
        left.remove(found)
    if left:
        raise ArchiveDamaged(part=left[0])


def content(archive: ZipFile, part: Part) -> Iterator[bytes]:
    """A part, piece by piece, and never more of it than the manifest says there is.

    :raises ArchiveDamaged: at its end at the latest, unless it is what the manifest says
    """
    digest, left = hashlib.sha256(), part.size
    try:
        with archive.open(part.entry) as inner:
            while some := inner.read(_CHUNK):
                left -= len(some)
                if left < 0:
                    raise ArchiveDamaged(part=part.entry)
                digest.update(some)
                yield some
    except (*_BROKEN, KeyError):
        raise ArchiveDamaged(part=part.entry) from None
    if left or digest.hexdigest() != part.sha256:
        raise ArchiveDamaged(part=part.entry)
