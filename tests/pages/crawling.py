"""Walking through the pages of a programme as different people do: each kind of page a few times, by its own links.

All of it in this process, without a socket: what is asked for is the pages, hundreds of them.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.engines import Database
from api.settings import Settings
from tests.apps import an_app
from tests.pages.windows import Window

OF_A_KIND: Final = 2
"""Pages whose addresses differ by an identifier alone show one thing in several states."""

ADDRESS: Final = "http://127.0.0.1:8000"
ELSEWHERE: Final = "https://elsewhere.example"

_IDS: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/v/)[\w-]+|(?<=/held/)[\w-]+|(?<=/campaigns/)[\w-]+|(?<=/pair/)[\w-]+|\d{2,}"
)
_FILES: Final = re.compile(r"^/(?:docs|outbox|static|language)\b|\.(?:pdf|csv|json|xlsx|png|jpg|webmanifest|xml)\b")
"""What is asked for once and not walked on from: files, and pages that belong to no programme."""

_LANGUAGE: Final = re.compile(r"^/language\b|[?&](?:to|lang)=")

_BY_SECRET: Final = re.compile(r"^/v/|/held/|[?&]to=")
"""Where a form proves itself by its address: sent from anywhere, it would be done."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody came to, and from which page. ``html`` is empty of what is no page of ours."""

    path: str
    whence: str
    status: int
    html: str


@dataclass(slots=True)
class Walk:
    """Somebody's walk: whose window, and where it has been. What is known to lead somewhere is not walked again."""

    window: Window
    known: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    asked: set[str] = field(default_factory=set)

    async def from_(self, starts: Sequence[str]) -> AsyncIterator[Seen]:
        """Everything that one comes to, and where its forms are sent."""
        waiting = deque((one, "") for one in starts)
        while waiting:
            path, whence = waiting.popleft()
            if not self._is_new(path):
                continue
            answer = await self.window.get(path)
            if answer.is_redirect:
                waiting.append((_local(answer.headers["location"]), whence))
                continue
            html = answer.text if _is_page(answer) and not _FILES.search(path) else ""
            yield Seen(path, whence, answer.status_code, html)
            waiting.extend((one, path) for one in _links(html, path))
            for action in _actions(html, path):
                if self._is_new(action, "POST ") and (status := await self._takes(action)):
                    yield Seen(f"POST {action}", path, status, "")

    def _is_new(self, path: str, method: str = "") -> bool:
        kind = method + _IDS.sub("*", path.partition("?")[0])
        most = 1 if method or _FILES.search(path) else OF_A_KIND
        if method + path in self.asked or self.kinds[kind] >= most or self.known[kind]:
            return False
        self.asked.add(method + path)
        self.kinds[kind] += 1
        return True

    async def _takes(self, action: str) -> int | None:
        """:returns: the status with which a form is refused for its address; none if only for whence it came"""
        refused = await self.window.post(action, origin=ELSEWHERE)
        return None if refused.status_code == 403 else refused.status_code


@asynccontextmanager
async def in_process(settings: Settings, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that speaks French, in the same process as the application; nothing runs in the background."""
    told = {"accept": "text/html", "accept-language": "fr", "origin": ADDRESS}
    with an_app(settings.model_copy(update={"jobs": False}), database) as app:
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=told) as client,
        ):
            yield client


def _is_page(answer: httpx.Response) -> bool:
    return answer.headers.get("content-type", "").startswith("text/html")


def _links(html: str, here: str) -> list[str]:
    """Where a page leads to or takes parts from: addresses of ours, and not the other language."""
    found = re.findall(r'<(?:a|link)\b[^>]*\bhref="([^"#]+)|<(?:img|script)\b[^>]*\bsrc="(/[^"]+)', html)
    own = [_whole(unescape(one or other), here) for one, other in found]
    return [one for one in own if one.startswith("/") and not _LANGUAGE.search(one)]


def _actions(html: str, here: str) -> list[str]:
    forms = re.findall(r'<form\b([^>]*)method="post"([^>]*)>', html)
    actions = [re.search(r'action="([^"]+)"', before + after) for before, after in forms]
    found = {_whole(unescape(one[1]), here) if one else here for one in actions}
    return sorted(one for one in found if one.startswith("/") and not _BY_SECRET.search(one))


def _whole(address: str, here: str) -> str:
    return here.partition("?")[0] + address if address.startswith("?") else address.removeprefix(ADDRESS)


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
