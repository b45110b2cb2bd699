"""`obole run`: everything in one command, from the database to the demonstration to the server, and back."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Annotated, Final

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from api.commands import welcome
from api.commands.door import REFUSED
from api.commands.installing import bring_to_life, migrate_all
from api.commands.opening import patient
from api.demo import giving_life as demo
from api.embedded import forget_the_dead
from api.engines import find_database
from api.jobs import queue
from api.settings import Settings, SettingsRefused
from merchants import registry

APP: Final = "api.app:from_environment"
GRACE: Final = 10
"""Seconds that requests in flight have to end."""

STARTING: Final = 60
"""Seconds that a worker has to start."""

CONNECTIONS: Final = 90
"""Of the hundred that PostgreSQL takes, those that the workers share, their job queues included."""

_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - how a person reaches it, not where it listens


def run(
    host: Annotated[str | None, typer.Option(help="Where to listen; 0.0.0.0 for the whole network.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 takes a free one.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="How many processes serve.")] = None,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Make no demonstration on the first start.")] = False,
) -> None:
    """Start everything: PostgreSQL, migrations, on the first start a demonstration, the server."""
    given = {"host": host, "port": port, "workers": workers}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        _run(settings, _listen(settings), no_demo=no_demo)
    except KeyboardInterrupt:
        return


def _run(settings: Settings, listening: socket.socket, *, no_demo: bool) -> None:
    settings = settings.model_copy(update={"port": listening.getsockname()[1]})
    database = find_database(settings)
    try:
        schemas = asyncio.run(migrate_all(database))
        known = demo.kept(settings.home)
        # A demonstration that was interrupted has its schema and nothing in it.
        if known is None and not no_demo and set(schemas) <= {registry.schema_of(demo.SLUG)}:
            known = asyncio.run(bring_to_life(patient(settings), database))
        _tell_workers(settings)
        address = settings.public_url or f"http://{_EVERYWHERE.get(settings.host, settings.host)}:{settings.port}"
        _serve(settings, listening, ready=lambda: _welcome(known, address, settings))
    finally:
        # Workers end by a signal and leave their handles behind; without them the last to leave is this process.
        if database.server is not None:
            forget_the_dead(database.server)


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything long begins.

    :raises SettingsRefused: if it is taken, or may not be taken
    """
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        taken = socket.socket(family, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((settings.host, settings.port))
    except socket.gaierror:
        raise SettingsRefused(f"{settings.host} is no address of this machine. Try --host 127.0.0.1.") from None
    except OSError as error:
        raise SettingsRefused(_why(error, settings)) from None
    taken.set_inheritable(True)
    return taken


def _why(error: OSError, settings: Settings) -> str:
    where = f"port {settings.port} of {settings.host}"
    match error.errno:
        case errno.EADDRINUSE:
            other = settings.port + 1 if settings.port < 65535 else 8000  # noqa: PLR2004 - the last port
            return (
                f"The {where} is taken. Stop what uses it, or choose another: --port {other} (make run PORT={other})."
            )
        case errno.EACCES:
            return f"The {where} may not be used by this user. Choose one above 1023: --port 8000."
        case errno.EADDRNOTAVAIL:
            return f"{settings.host} is no address of this machine. Try --host 127.0.0.1."
        case _:
            return f"Cannot listen on {where}: {error.strerror}."


def _tell_workers(settings: Settings) -> None:
    """Options reach the workers as they themselves read settings: by the environment."""
    told: dict[str, object] = {
        "OBOLE_HOME": settings.home.resolve(),
        "OBOLE_HOST": settings.host,
        "OBOLE_PORT": settings.port,
        "OBOLE_WORKERS": settings.workers,
        "OBOLE_POOL_SIZE": max(1, min(settings.pool_size, CONNECTIONS // settings.workers - queue.CONNECTIONS)),
    }
    os.environ.update({name: str(value) for name, value in told.items()})


def _serve(settings: Settings, listening: socket.socket, *, ready: Callable[[], None]) -> None:
    config = uvicorn.Config(
        APP, factory=True, workers=settings.workers, loop="uvloop", http="httptools", log_level="warning",
        access_log=False, server_header=False, timeout_graceful_shutdown=GRACE,
    )  # fmt: skip
    try:
        if settings.workers == 1:
            _Server(config, ready).run([listening])
        else:
            _Workers(config, [listening], ready).run()
    except OSError as error:
        raise SettingsRefused(_why(error, settings)) from None
    except SystemExit:
        raise typer.Exit(REFUSED) from None


class _Server(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


class _Workers(Multiprocess):
    """Several servers on one socket, that say when all of them answer."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], ready: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self._ready = ready

    def init_processes(self) -> None:
        super().init_processes()
        if all(process.wait_until_ready(STARTING, self.should_exit) for process in self.processes):
            self._ready()


def _welcome(known: demo.Demo | None, address: str, settings: Settings) -> None:
    welcome.tell_address(address)
    welcome.tell_people(known, address, outbox=settings.mail_server is None)
    if known is not None:
        welcome.tell_keys(known, settings.home)
        welcome.tell_commands(known, address)
    welcome.tell_farewell(settings.home)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
