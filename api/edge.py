"""The edge of the application: headers that every answer carries, and no answer that is not a problem."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Explained, language_of, problem
from api.wording.of_requests import sentence_of

TOO_LARGE: Final = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""A voucher's state must never be answered from a cache, nor its link be told to another site."""


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
                if message["status"] == TOO_LARGE:
                    replaced = True
                    await _too_large(scope, receive, send)
                    return
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            if not replaced:
                await send(message)

        await self._app(scope, receive, send_on)


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    language = language_of(Request(scope))
    name = "request-too-large"
    told = Explained(TOO_LARGE, TOO_LARGE.phrase, sentence_of({"type": "request-entity-too-large"}, language))
    await problem(name, told, language, headers={**HEADERS, "Connection": "close"})(scope, receive, send)
