"""Applications that tests serve: one takes a second to make, so who is done with one leaves it to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import State

from api.app import assembled, serve_from
from api.engines import Database
from api.settings import Settings

_FREE: Final = defaultdict[int, list[FastAPI]](list)
"""By the bytes that a body may have."""


@contextmanager
def an_app(settings: Settings, database: Database) -> Iterator[FastAPI]:
    """One that nobody else has; of its last installation it knows nothing."""
    free = _FREE[settings.max_body]
    app = free.pop() if free else assembled(settings.max_body)
    app.state = State()
    serve_from(app, settings, database)
    yield app
    free.append(app)
