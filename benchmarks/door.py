"""The product's application with one route more: it authenticates, parses the same body and answers a constant.

Only the benchmark serves this. It also counts what it answers, so that the answers can be compared with the books.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final

from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.app import PREFIX, create_app
from api.auth.doorkeeper import Caller
from api.auth.permissions import Permission
from api.dependencies import permitted
from api.engines import find_database
from api.rest.redemptions import ReceiptShown, RedemptionAsked
from api.settings import Settings

REDEEM: Final = f"{PREFIX}/redemptions"
CONSTANT: Final = "/api/benchmark/constant"
ANSWERED: Final = "/api/benchmark/answered"

_EXAMPLE: Final = ReceiptShown.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index]
_ANSWER: Final = ReceiptShown.model_validate(_EXAMPLE).model_dump_json()


def application() -> ASGIApp:
    """What uvicorn calls in the benchmark's server."""
    settings = Settings()
    app = create_app(settings, find_database(settings))
    answered: Counter[str] = Counter()
    before = len(app.router.routes)
    _add_routes(app, answered)
    # First, as redeeming nearly is: the many routes of pages must not stand in the way of the one it is held against.
    app.router.routes[:] = app.router.routes[before:] + app.router.routes[:before]
    return _Counting(app, answered)


def _add_routes(app: FastAPI, answered: Counter[str]) -> None:
    @app.post(CONSTANT, status_code=201, response_model=ReceiptShown)
    async def constant(
        asked: RedemptionAsked,  # noqa: ARG001 - parsed and checked, as for a redemption
        caller: Annotated[Caller, permitted(Permission.REDEMPTIONS_WRITE)],  # noqa: ARG001
    ) -> Response:
        return Response(_ANSWER, 201, media_type="application/json")

    @app.get(ANSWERED)
    async def told(request: Request) -> dict[str, int]:  # noqa: ARG001
        return dict(answered)


class _Counting:
    """Counts answers by path and status, those included that nobody waited for."""

    def __init__(self, app: ASGIApp, answered: Counter[str]) -> None:
        self._app = app
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._answered[f"{scope['path']} {message['status']}"] += 1
            await send(message)

        await self._app(scope, receive, counted)
