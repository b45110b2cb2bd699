"""A server process as ``obole run`` starts it: uvicorn, uvloop, httptools, one worker, real commits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from benchmarks.door import ANSWERED

STARTS_WITHIN: Final = 60.0
STOPS_WITHIN: Final = 20.0
HOST: Final = "127.0.0.1"
_SAYS: Final = "Uvicorn running on "


class NotServing(Exception):
    """The server did not start; its log says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers. ``process`` is its process id."""

    address: str
    process: int

    def answered(self) -> dict[str, int]:
        """How often it answered which path with which status."""
        with urllib.request.urlopen(self.address + ANSWERED, timeout=10) as answer:  # noqa: S310 - our own address
            counts: dict[str, int] = json.load(answer)
        return counts

    def seconds_used(self) -> float:
        """Processor time that it has used so far."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """Serve the programmes under ``home`` on a free port of this machine only.

    :raises NotServing:
    """
    log = home / "server.log"
    command = [
        sys.executable, "-m", "uvicorn", "benchmarks.door:application", "--factory", "--host", HOST, "--port", "0",
        "--loop", "uvloop", "--http", "httptools", "--workers", "1", "--no-access-log", "--no-server-header",
        "--timeout-graceful-shutdown", "10",
    ]  # fmt: skip
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=environment(home))
        try:
            yield Server(_address(process, log), process.pid)
        finally:
            process.terminate()
            try:
                process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(STOPS_WITHIN)


def environment(home: Path) -> dict[str, str]:
    """As a new installation has it: nothing set but where it lives."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OBOLE_")}
    return kept | {"OBOLE_HOME": str(home), "PYTHONPATH": str(Path(__file__).parent.parent)}


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        for line in log.read_text(errors="replace").splitlines():
            if _SAYS in line:
                address = line.partition(_SAYS)[2].split()[0]
                return f"http://{HOST}:{urlsplit(address).port}"
        time.sleep(0.1)
    raise NotServing(f"The server did not start. Its log:\n{log.read_text(errors='replace')[-2000:]}")
