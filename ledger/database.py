"""What every table shares: the declarative Base, column types, and the schema of a programme.

A programme's tables are declared in the schema named by the token ``PROGRAMME``; the session that works for a
programme translates the token to that programme's own schema, once, when it opens (decision 5).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    LargeBinary,
    MetaData,
    SQLColumnExpression,
    Text,
    Uuid,
    cast,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.sql import func

PROGRAMME: Final = "programme"
"""The schema token of a programme's tables."""

Sessions = async_sessionmaker[AsyncSession]

_SNAPSHOT: Final = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

Cents = Annotated[int, mapped_column(BigInteger)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Recorded = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())]
Words = Annotated[str, mapped_column(Text)]
Key = Annotated[UUID, mapped_column(Uuid, primary_key=True)]
Facts = Annotated[dict[str, Any], mapped_column(JSONB)]
Secret = Annotated[bytes, mapped_column(LargeBinary)]


class Base(DeclarativeBase):
    """The root of every mapped class; constraints have names, so that a refusal can be told by them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def sessions_of(engine: AsyncEngine, *, schema: str) -> Sessions:
    """Sessions that read and write one programme's schema and no other.

    What only reads begins and commits too (``sessions.begin()``). A session that is merely closed is rolled back, and
    at a rollback psycopg lets the connection forget every statement it has prepared: all would be parsed and planned
    anew.
    """
    bound = engine.execution_options(schema_translate_map={PROGRAMME: schema})
    return async_sessionmaker(
        bound,
        expire_on_commit=False,
        autoflush=False,
        # Rows are read again after their lock was granted: what a session has seen before must not stand in for them.
        execution_options={"populate_existing": True},
    )


@asynccontextmanager
async def snapshot_of(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """A session that only reads, all of it as of one moment: its sums agree, whatever others commit meanwhile."""
    async with sessions.begin() as session:
        await session.connection(execution_options=_SNAPSHOT)
        yield session


def sum_of(column: SQLColumnExpression[int]) -> ColumnElement[int]:
    """A sum of ``bigint`` as an integer, zero for no rows; PostgreSQL answers it as numeric."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


__all__ = [
    "PROGRAMME",
    "Base",
    "Cents",
    "Facts",
    "Key",
    "Moment",
    "Recorded",
    "Secret",
    "Sessions",
    "Words",
    "sessions_of",
    "snapshot_of",
    "sum_of",
]
