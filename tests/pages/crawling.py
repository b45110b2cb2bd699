"""Walking through the pages of a programme as different people do: each kind of page a few times, by its own links."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.pages.windows import Window

OF_A_KIND: Final = 2
"""Pages whose addresses differ by an identifier alone show one thing in several states."""

_IDS: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/v/)[\w-]+|(?<=/held/)[\w-]+|\d{2,}")
_LEAVES: Final = re.compile(r"/(?:language|static|docs|api)\b|\.(?:pdf|csv|xlsx|webmanifest)\b|[?&]to=")


@dataclass(slots=True)
class Walk:
    """Somebody's walk: whose window, below which addresses, and where it has been."""

    window: Window
    within: tuple[str, ...]
    seen: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)

    async def from_(self, starts: Sequence[str]) -> AsyncIterator[tuple[str, str]]:
        """Every page that one comes to."""
        waiting = deque(starts)
        while waiting:
            path = waiting.popleft()
            kind = _IDS.sub("*", path.partition("?")[0])
            if path in self.seen or self.kinds[kind] >= OF_A_KIND or not path.startswith(self.within):
                continue
            self.seen.add(path)
            self.kinds[kind] += 1
            answer = await self.window.get(path)
            if answer.is_redirect:
                waiting.append(_local(answer.headers["location"]))
                continue
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            assert answer.status_code < 500, (path, answer.status_code)
            yield path, answer.text
            waiting.extend(_links(answer.text, path))


def _links(html: str, here: str) -> list[str]:
    found = [unescape(one) for one in re.findall(r'<a\b[^>]*\bhref="([^"#]+)', html)]
    own = [one if not one.startswith("?") else here.partition("?")[0] + one for one in found]
    return [one for one in own if one.startswith("/") and not _LEAVES.search(one)]


def _local(location: str) -> str:
    parts = urlsplit(location)
    return parts.path + (f"?{parts.query}" if parts.query else "")


async def texts_of_the_books(session: AsyncSession, schema: str) -> set[str]:
    """Every text in every table of a programme."""
    columns = await session.execute(
        text(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = :schema AND data_type IN ('text', 'jsonb')"
        ),
        {"schema": schema},
    )
    found: set[str] = set()
    for table, column, kind in columns.all():
        rows = await session.execute(text(f'SELECT DISTINCT "{column}" FROM {schema}."{table}"'))  # noqa: S608 - of the catalogue
        for value in rows.scalars():
            found |= {value} if kind == "text" and value else set(_leaves(value))
    return found


def _leaves(value: Any) -> Collection[str]:
    match value:
        case str():
            return {value}
        case dict():
            return {leaf for one in value.values() for leaf in _leaves(one)}
        case list():
            return {leaf for one in value for leaf in _leaves(one)}
        case _:
            return set()


def as_a_browser(address: str) -> httpx.AsyncClient:
    """One that speaks French."""
    told = {"accept": "text/html", "accept-language": "fr", "origin": address}
    return httpx.AsyncClient(base_url=address, headers=told, trust_env=False, timeout=30)
