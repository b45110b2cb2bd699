"""Load from ``wrk``, which costs the machine little; each request has its own code and Idempotency-Key."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CONNECTIONS: Final = 64
SCRIPT: Final = Path(__file__).parent / "redeem.lua"
GRACE: Final = 30
_FOUND: Final = "FOUND "


class WrkMissing(Exception):
    """There is no ``wrk`` on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "This needs wrk, a load generator. Debian, Ubuntu: apt-get install wrk. Fedora: dnf install wrk."
            " macOS: brew install wrk. Or measure without it: python -m benchmarks --only issuing."
        )


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of wrk saw. Latencies in milliseconds; ``refused`` are answers other than 2xx and 3xx."""

    requests: int
    seconds: float
    refused: int
    broken: int
    p50: float
    p99: float
    longest: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def find() -> str:
    """Where wrk is.

    :raises WrkMissing:
    """
    found = shutil.which("wrk")
    if found is None:
        raise WrkMissing
    return found


def version() -> str:
    """Which wrk this is."""
    said = subprocess.run([find(), "-v"], capture_output=True, text=True, timeout=10, check=False)
    return said.stdout.partition(" [")[0].strip() or "wrk"


def load(url: str, path: str, *, seconds: int, prefix: str, keys: Path, codes: Path, skip: int = 0) -> Load:
    """Ask as fast as 64 connections can, for some seconds.

    :param skip: how many codes to skip, so that runs do not all begin with the same vouchers
    """
    command = [
        find(), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT), url,
        "--", path, prefix, str(keys), str(codes), str(skip),
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, timeout=seconds + GRACE, check=True).stdout
    line = next(line for line in said.splitlines() if line.startswith(_FOUND))
    found = json.loads(line.removeprefix(_FOUND))
    return Load(
        found["requests"], found["micros"] / 1e6, found["refused"], found["broken"], found["p50"] / 1e3,
        found["p99"] / 1e3, found["longest"] / 1e3,
    )  # fmt: skip
