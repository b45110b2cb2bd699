"""Statements are compiled once for all engines of a process, not once for each: every test has an engine of its own.

SQLAlchemy keeps what it compiled by engine and dialect. All engines of the tests speak the same dialect to servers of
the same kind, so that what one of them compiled is what the next would.

Templates of pages are compiled once for all processes of a run: all of them take two seconds.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from jinja2 import FileSystemBytecodeCache
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg

from api import engines
from api.pages import rendering
from tests import HOME, lending

_COMPILED: Final[dict[Any, Any]] = {}


def share() -> None:
    """From now on. To be called before the first engine is made, and the first page."""
    dialect: Any = PGDialectAsync_psycopg
    dialect.__eq__ = lambda one, other: type(one) is type(other)
    dialect.__hash__ = lambda one: hash(type(one))
    made: Any = engines
    made.create_async_engine = partial(lending.engine, execution_options={"compiled_cache": _COMPILED})
    templates = HOME / "templates"
    templates.mkdir(exist_ok=True)
    drawn: Any = rendering
    drawn.COMPILED = FileSystemBytecodeCache(str(templates))
