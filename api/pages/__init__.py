"""The pages for people: server-rendered HTML, in French and English, that works without scripts."""

from __future__ import annotations

from typing import Final

from fastapi import Depends, FastAPI

from api.pages import (
    account,
    assets,
    checkout,
    colleagues,
    companies,
    holder,
    home,
    offering,
    outbox,
    people,
    signing_in,
)
from api.pages.desk import ROUTERS as DESK
from api.pages.guard import OwnOrigin
from api.pages.orders import ROUTERS as ORDERS
from api.pages.place import place_of
from api.pages.shop import ROUTERS as SHOP

PAGES: Final = (
    assets.router,
    home.router,
    outbox.router,
    holder.router,
)  # fmt: skip
"""Pages of the installation as a whole."""

PAGES_OF_A_PROGRAMME: Final = (
    home.of_a_programme,
    signing_in.router,
    account.router,
    colleagues.router,
    people.router,
    offering.router,
    companies.router,
    *DESK,
    *ORDERS,
    *SHOP,
    checkout.router,
)  # fmt: skip
"""Those whose routes begin with ``/{slug:slug}/``: each knows its place, and who is signed in."""


def install(app: FastAPI) -> None:
    """Serve the pages. Whatever changes something there takes a form that comes from a page of ours."""
    for router in PAGES:
        app.include_router(router, dependencies=[OwnOrigin])
    for router in (*PAGES_OF_A_PROGRAMME, home.nowhere):
        app.include_router(router, dependencies=[OwnOrigin, Depends(place_of)])
