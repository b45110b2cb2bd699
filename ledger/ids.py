"""Identifiers: UUID version 7 (RFC 9562), which sort by the moment they were made."""

from uuid import UUID

from uuid_utils.compat import uuid7

__all__ = ["UUID", "new_id", "new_ids"]


def new_id() -> UUID:
    """A fresh id."""
    return uuid7()


def new_ids(count: int, *, after: UUID | None = None) -> list[UUID]:
    """``count`` fresh ids, in rising order.

    :param after: an id that all of them sort after, though the clock of another host made it and this one is behind
    """
    fresh: list[UUID] = [uuid7() for _ in range(count)]
    if after is None or not fresh or fresh[0] > after:
        return fresh
    return [_bearing(after, at) for at in range(1, count + 1)]


def _bearing(after: UUID, at: int) -> UUID:
    """An id with the moment of another, a millisecond on; ``at`` gives its place among others."""
    moment = (after.int >> 80) + 1
    chance = uuid7().int & (1 << 50) - 1
    return UUID(int=moment << 80 | 7 << 76 | (at >> 12 & 0xFFF) << 64 | 2 << 62 | (at & 0xFFF) << 50 | chance)
