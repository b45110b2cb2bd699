"""The edge of the application: headers that every answer carries, and no answer that is not a problem."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import PROBLEM, Explained, language_of, problem
from api.wording.of_requests import TOO_LARGE_NAME, sentence_of

TOO_LARGE: Final = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""A voucher's state must never be answered from a cache, nor its link be told to another site."""


class Edged(FastAPI):
    """An application with the edge outermost: also around what refuses large bodies and what answers failures."""

    def build_middleware_stack(self) -> ASGIApp:
        """The edge, and within it all that the framework puts around the routes."""
        return Edge(super().build_middleware_stack())


class Edge:
    """Adds the headers, and answers a body over the limit with a problem in place of plain text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        replaced = False

        async def send_on(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if message["status"] == TOO_LARGE and headers.get("content-type") != PROBLEM:
                    replaced = True
                    await _too_large(scope, receive, send)
                    return
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            if not replaced:
                await send(message)

        await self._app(scope, receive, send_on)


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    language = language_of(Request(scope))
    told = Explained(TOO_LARGE, TOO_LARGE.phrase, sentence_of({"type": TOO_LARGE_NAME}, language))
    await problem(TOO_LARGE_NAME, told, language, headers={**HEADERS, "Connection": "close"})(scope, receive, send)
