"""Statements are compiled once for all engines of a run, not once for each: every test has an engine of its own.

SQLAlchemy keeps what it compiled by engine and dialect. All engines of the tests speak the same dialect to servers of
the same kind, so that what one of them compiled is what the next would.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg

from api import engines
from tests import lending

_COMPILED: Final[dict[Any, Any]] = {}


def share() -> None:
    """From now on. To be called before the first engine is made."""
    dialect: Any = PGDialectAsync_psycopg
    dialect.__eq__ = lambda one, other: type(one) is type(other)
    dialect.__hash__ = lambda one: hash(type(one))
    made: Any = engines
    made.create_async_engine = partial(lending.engine, execution_options={"compiled_cache": _COMPILED})
