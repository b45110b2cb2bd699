"""Wiring: settings, database, doors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI

from api import docs_page, handlers, health, pages, webhooks
from api.auth.doorkeeper import Doorkeeper
from api.counter import Counters
from api.edge import Edged
from api.engines import Database, find_database
from api.errors import PROBLEM
from api.guessing import Guesses
from api.installation import Installation, installation
from api.jobs.queue import working
from api.rest import (
    bank,
    batches,
    books,
    buyers,
    checkouts,
    commission,
    exports,
    funder_accounts,
    funders,
    handing,
    holds,
    keys,
    orders,
    payouts,
    programmes,
    proofs,
    redemptions,
    rules,
    settlements,
    shops,
    told,
    vouchers,
)
from api.scanning import Scanning
from api.settings import Settings

PREFIX: Final = "/api/v1"

ROUTERS: Final = (
    redemptions.router, vouchers.router, holds.router, checkouts.router, programmes.router, keys.router, shops.router,
    buyers.router, batches.router, orders.router, handing.router, settlements.router, payouts.router, bank.router,
    books.router, exports.router, rules.router,
    proofs.router,
    commission.router,
    funders.router, funder_accounts.router,
)  # fmt: skip
"""What is asked most comes first: a request is held against one router after the other."""

TAGS: Final = (
    "programmes", "keys", "shops", "buyers", "orders", "batches", "vouchers", "redemptions", "holds", "checkouts",
    "rules of use", "settlements", "payouts", "bank",
    "commission",
    "books", "health",
)  # fmt: skip
"""The order of the API's description."""

PROBLEM_SHOWN: Final = {
    "description": "A refusal (RFC 9457), with its facts as further members",
    "content": {
        PROBLEM: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string", "examples": ["urn:obole:problem:not-enough-left"]},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            }
        }
    },
}

DESCRIPTION: Final = """
The ledger of local gift vouchers. Sign each request with a key: `Authorization: Bearer ob_…`.

Amounts are whole cents, with the currency beside them. What moves money takes an `Idempotency-Key`: the same key
with the same request gives the first answer again, for ever; with another request it is refused.
Refusals are problems (RFC 9457) whose `type` never changes; `Accept-Language: fr` has them in French.
"""


def create_app(settings: Settings, database: Database) -> FastAPI:
    """The application on a database whose schemas are migrated."""
    app = assembled(settings.max_body)
    serve_from(app, settings, database)
    return app


def assembled(max_body: int) -> FastAPI:
    """All doors, and nothing behind them yet: what takes long to make, and is the same for every installation."""
    app = Edged(
        title="Obole",
        version=version("obole"),
        description=DESCRIPTION,
        lifespan=_lifespan,
        max_body_size=max_body,
        openapi_url="/openapi.json",
        responses={"4XX": PROBLEM_SHOWN},
        openapi_tags=[{"name": tag} for tag in TAGS],
        docs_url=None,
        redoc_url=None,
    )
    handlers.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    told.describe(app)
    app.include_router(health.router)
    app.include_router(webhooks.router)
    docs_page.install(app)
    pages.install(app)
    return app


def serve_from(app: FastAPI, settings: Settings, database: Database) -> None:
    """Say which installation stands behind the doors once they open."""
    app.state.settings, app.state.database = settings, database


def from_environment() -> FastAPI:
    """The application as the environment says: what uvicorn calls in each worker.

    :raises api.settings.SettingsRefused:
    """
    settings = Settings()
    return create_app(settings, find_database(settings))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings, database = app.state.settings, app.state.database
    async with installation(settings, database) as here, _jobs(here, database):
        app.state.installation = here
        app.state.doorkeeper = Doorkeeper(here)
        app.state.counters = Counters()
        app.state.guesses = Guesses()
        app.state.scanning = Scanning()
        yield
        await app.state.counters.drain()


def _jobs(here: Installation, database: Database) -> AbstractAsyncContextManager[None]:
    return working(here, database.runtime) if here.settings.jobs else nullcontext()
