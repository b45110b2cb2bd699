"""A programme as one archive, written and read back by commands, each in a process of its own.

What is archived is the programme of the benchmark as it stands: if accounts were measured before, half a million
transfers more. The most memory that a command had is what the kernel says when it is over.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from benchmarks.ground import SLUG, Ground
from benchmarks.serving import environment

Tell = Callable[[str], None]


class ArchiveWrong(Exception):
    """A command did not do what it was told."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What was measured: of each command the seconds, and the most memory of its process, in bytes."""

    transfers: int
    size: int
    unpacked: int
    small: tuple[float, int]
    """A command that does next to nothing."""
    written: tuple[float, int]
    read_back: tuple[float, int]


def measure(ground: Ground, *, tell: Tell) -> Archive:
    """Measure once.

    :raises ArchiveWrong:
    """
    there, file, phrase = ground.home / "there", ground.home / "bench.obole", ground.home / "phrase"
    phrase.write_text("a passphrase of the benchmark")
    spoken = ("--passphrase-file", str(phrase))
    small = _typed(ground.home, "programme", "list")
    written = _typed(ground.home, "programme", "export", SLUG, str(file), *spoken)
    tell(f"written in {written[0]:.0f} s, {written[1] / 1e6:.0f} MB at the highest")
    _typed(there, "migrate")
    read_back = _typed(there, "programme", "import", str(file), *spoken)
    tell(f"read back in {read_back[0]:.0f} s, {read_back[1] / 1e6:.0f} MB at the highest")
    with ZipFile(file) as archive:
        said = json.loads(archive.read("manifest.json"))
        unpacked = sum(one.file_size for one in archive.infolist())
    return Archive(said["audit"]["transfers"], file.stat().st_size, unpacked, small, written, read_back)


def _typed(home: Path, *words: str) -> tuple[float, int]:
    """Seconds that a command took, and the most memory that its process had.

    :raises ArchiveWrong: if it failed
    """
    started = time.perf_counter()
    child = os.posix_spawn(
        sys.executable, [sys.executable, "-m", "api", *words], environment(home),
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )  # fmt: skip
    _, status, used = os.wait4(child, 0)
    if status:
        raise ArchiveWrong(" ".join(words))
    return time.perf_counter() - started, used.ru_maxrss * 1024
