"""Identifiers: UUID version 7 (RFC 9562), which sort by the moment they were made."""

from uuid import UUID

from uuid_utils.compat import uuid7

__all__ = ["UUID", "new_id", "new_ids"]


def new_id() -> UUID:
    """A fresh id."""
    return uuid7()


def new_ids(count: int) -> list[UUID]:
    """``count`` fresh ids, in rising order."""
    return [uuid7() for _ in range(count)]
