"""A server to be killed, as the command line serves it. A program of its own, that `tests.copies` runs.

Assembling the application takes longer than starting it, so one process does that and then, for each line it reads,
becomes two: the copy serves until it is killed, on a socket that was open before and stays open after. The line is
JSON: what else the environment of this copy says.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import sys

import uvicorn
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy.orm import configure_mappers

from api.app import assembled, serve_from
from api.engines import find_database
from api.settings import Settings
from vouchers.orders.cards.stripe_gateway import StripeGateway


def serve(app: FastAPI, config: uvicorn.Config, listening: socket.socket) -> None:
    """Serve until killed."""
    settings = Settings()
    serve_from(app, settings, find_database(settings))
    uvicorn.Server(config).run([listening])


def main(open_socket: int) -> None:
    """For each line read, a server; its process is told, then how it ended."""
    app = assembled(Settings().max_body)
    # What follows is made now, and not again by every copy.
    assert list(iter_route_contexts(app.routes))
    configure_mappers()
    StripeGateway(secret_key="sk_test_of_nobody")  # noqa: S106 - its library imports most of itself when it is used
    config = uvicorn.Config(app, loop="uvloop", http="httptools", log_level="error", access_log=False, workers=1)
    config.load()
    assert config.get_loop_factory()
    gc.freeze()
    print("warm", flush=True)
    with socket.socket(fileno=open_socket) as listening:
        for line in sys.stdin:
            child = os.fork()
            if not child:
                os.environ.update(json.loads(line))
                serve(app, config, listening)
                os._exit(0)
            print(child, flush=True)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
