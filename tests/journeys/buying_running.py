"""`obole run` as a person starts it, with Stripe's double and a real mail server beside it, on a new demonstration."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from tests.journeys.buying_reading import plain
from tests.mail_server import MailServer
from tests.speaking import a_client
from tests.stripe_double.driving import Account

ROOT: Final = Path(__file__).parents[2]
SLUG: Final = "treiz-local"
SECRET: Final = "whsec_of_the_journey_of_buying"  # noqa: S105 - of the double's
FROM: Final = "bons@treiz-local.example"

STARTING: Final = 240
"""Seconds to make the database and the demonstration, on a machine that does other things too."""

STOPPING: Final = 40
"""Seconds to end what is under way: the server's ten, and its jobs' own."""


@dataclass(frozen=True, slots=True)
class Running:
    """A running Obole: where it answers, what its demonstration told, and what stands around it."""

    address: str
    environment: dict[str, str]
    demo: dict[str, Any]
    stripe: Account
    mail: MailServer
    log: Path
    process: int

    @property
    def home(self) -> str:
        """The first page of the programme."""
        return f"{self.address}/{SLUG}"

    def api(self, role: str) -> httpx.AsyncClient:
        """The API with one of the demonstration's keys."""
        told = {"Authorization": f"Bearer {self.demo['keys'][role]}"}
        return a_client(base_url=f"{self.address}/api/v1", headers=told, timeout=30)

    async def command(self, *words: str) -> Any:
        """What a command of `obole` answers with ``--json``, typed in another terminal."""
        typed = [*_OBOLE, *words, "--json"]
        done = await asyncio.to_thread(
            subprocess.run,
            typed,
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


_OBOLE: Final = (sys.executable, "-m", "api")


@asynccontextmanager
async def running(home: Path, stripe: Account, mail: MailServer) -> AsyncIterator[Running]:
    """Start it under a home of its own, as ``make run`` does but for the port; stop it as Ctrl-C does."""
    environment = {
        **os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200", "OBOLE_HOME": str(home),
        "OBOLE_STRIPE": json.dumps({SLUG: {"secret_key": stripe.key, "webhook_secrets": [SECRET]}}),
        "OBOLE_STRIPE_API": stripe.address, "OBOLE_SMTP_URL": mail.url, "OBOLE_MAIL_FROM": FROM,
    }  # fmt: skip
    process, log = _start(home, environment)
    try:
        address = await _answering(process, log)
        await stripe.hear(f"{address}/webhooks/stripe/{SLUG}", SECRET)
        demo = json.loads(_read(home / "demo.json"))
        yield Running(address, environment, demo, stripe, mail, log, process.pid)
    finally:
        await _end(process)
    said = _read(log)
    assert not (failed := failures(said)), failed
    assert process.returncode == 0, said


def _start(home: Path, environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], Path]:
    """The process, and the file that keeps what it says."""
    home.mkdir()
    log = home / "said"
    with log.open("wb") as told:
        typed = [*_OBOLE, "run", "--port", "0"]
        return subprocess.Popen(typed, env=environment, cwd=ROOT, stdout=told, stderr=subprocess.STDOUT), log


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def failures(said: str) -> str:
    """A log that tells of a failure."""
    return said if "Traceback" in said else ""


async def _answering(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until it says where it answers."""
    for _ in range(STARTING * 5):
        said = _read(log)
        if found := re.search(r"Obole answers on (http://[0-9.:]+)", said):
            return found[1]
        assert process.poll() is None, said
        await asyncio.sleep(0.2)
    raise AssertionError(f"Obole did not start: {_read(log)}")


async def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        await asyncio.to_thread(process.wait, STOPPING)
    except subprocess.TimeoutExpired:
        process.kill()
        await asyncio.to_thread(process.wait, STOPPING)


async def until(mail: MailServer, addresses: Sequence[str], *, saying: str = "", seconds: int = 90) -> None:
    """Wait until the mail server has a letter for each of these, with ``saying`` in its subject."""
    missing = set(addresses)
    for _ in range(seconds * 5):
        came = {one.to for one in list(mail.received) if not saying or saying in plain(str(one.message["Subject"]))}
        if not (missing := set(addresses) - came):
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{len(missing)} letters never came, such as that to {sorted(missing)[:3]}")
