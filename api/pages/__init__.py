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
    holder_links,
    home,
    keeping,
    lost,
    offering,
    outbox,
    people,
    seal,
    signing_in,
    switching,
)
from api.pages.desk import ROUTERS as DESK
from api.pages.guard import OwnOrigin
from api.pages.joining import ROUTERS as JOINING
from api.pages.orders import ROUTERS as ORDERS
from api.pages.place import place_of
from api.pages.recruiting import ROUTERS as RECRUITING
from api.pages.shop import ROUTERS as SHOP
from api.pages.street import OF_THE_INSTALLATION
from api.pages.street import ROUTERS as STREET
from api.pages.till import ROUTERS as TILL
from api.pages.till import pairing

PAGES: Final = (
    assets.router,
    home.router,
    outbox.router,
    *OF_THE_INSTALLATION,
    pairing.of_all_programmes,
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
    *JOINING,
    *SHOP,
    *RECRUITING,
    *STREET,
    holder.of_a_programme,
    lost.router,
    seal.router,
    *DESK,
    *ORDERS,
    *TILL,
    checkout.router,
)  # fmt: skip
"""Those whose routes begin with ``/{slug:slug}/``: each knows its place, and who is signed in."""

BY_SECRET: Final = (
    holder.router,
    keeping.router,
)
"""Pages whose address is a secret that opens them, whoever asks: a form there needs no cookie, and proves itself by it.

They say ``Referrer-Policy: no-referrer``, with which a browser names no origin in the forms it sends.
"""

BY_SECRET_OF_A_PROGRAMME: Final = (holder_links.router,)
"""Those whose routes begin with ``/{slug:slug}/``."""


def install(app: FastAPI) -> None:
    """Serve the pages. What changes something takes a form from a page of ours, or the secret of its address."""
    switching.install(app)
    for router in BY_SECRET:
        app.include_router(router)
    for router in BY_SECRET_OF_A_PROGRAMME:
        app.include_router(router, dependencies=[Depends(place_of)])
    for router in PAGES:
        app.include_router(router, dependencies=[OwnOrigin])
    for router in (*PAGES_OF_A_PROGRAMME, home.nowhere):
        app.include_router(router, dependencies=[OwnOrigin, Depends(place_of)])
