"""The edge of the application: headers that every answer carries, and no answer in plain text."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import PROBLEM, Explained, language_of, problem
from api.pages import faults, policy
from api.signposts import ANY, Signposts
from api.wording.of_requests import TOO_LARGE_NAME, sentence_of

TOO_LARGE: Final = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""A voucher's state must never be answered from a cache, nor its link be told to another site."""

PAGE: Final = "text/html"

HEARD_OUT: Final = 100_000_000
"""Bytes over the limit that are read and dropped, so that a browser comes to see why they were too many."""

PATIENCE: Final = 60.0
"""Seconds that this may take."""

HEADERS_OF_PAGES: Final = HEADERS | policy.HEADERS


class Edged(FastAPI):
    """An application with the edge outermost: also around what refuses large bodies and what answers failures.

    Its routers are found by signposts.
    """

    def __init__(self, **asked: Any) -> None:
        super().__init__(**asked)
        self.signposts = Signposts(self.router)

    def include_router(self, router: APIRouter, *, prefix: str = "", **asked: Any) -> None:
        """Include a router, and say where it stands."""
        super().include_router(router, prefix=prefix, **asked)
        self.signposts.point(self.router.routes[-1], [prefix + getattr(one, "path", ANY) for one in router.routes])

    def build_middleware_stack(self) -> ASGIApp:
        """The edge, and within it all that the framework puts around the routes."""
        return Edge(super().build_middleware_stack())


class Edge:
    """Adds the headers, and answers a body over the limit with a problem or a page in place of plain text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _headers_alone(send)
        replaced = False

        async def send_on(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if message["status"] == TOO_LARGE:
                    await _hear_out(scope, receive)
                    if replaced := _plain(headers):
                        await _too_large(scope)(scope, receive, send_headed)
                        return
                _complete(headers)
            if not replaced:
                await send(message)

        async def send_headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _complete(MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, send_on)


def _headers_alone(send: Send) -> Send:
    """What is asked of a page's headers is answered as for the page, without it (RFC 9110, 9.3.2)."""

    async def send_on(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_on


async def _hear_out(scope: Scope, receive: Receive) -> None:
    """Let a browser finish what it sends, within bounds: it shows no answer to what it could not send."""
    if not faults.wants_page(Request(scope)):
        return
    heard = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while heard < HEARD_OUT:
                message = await receive()
                heard += len(message.get("body", b""))
                if not message.get("more_body"):
                    return


def _complete(headers: MutableHeaders) -> None:
    kind = headers.get("content-type", "")
    for name, value in (HEADERS_OF_PAGES if kind.startswith(PAGE) else HEADERS).items():
        headers.setdefault(name, value)


def _plain(headers: MutableHeaders) -> bool:
    kind = headers.get("content-type", "")
    return kind != PROBLEM and not kind.startswith(PAGE)


def _too_large(scope: Scope) -> Response:
    request = Request(scope)
    close = {"Connection": "close"}
    if faults.wants_page(request):
        return faults.failed(request, TOO_LARGE, headers=close)
    language = language_of(request)
    told = Explained(TOO_LARGE, TOO_LARGE.phrase, sentence_of({"type": TOO_LARGE_NAME}, language))
    return problem(TOO_LARGE_NAME, told, language, headers=close)
