"""The shop's own pages: what it took, what it is paid, what it shows of itself, its tills, how it sells online."""

from typing import Final

from api.pages.shop import (
    bank,
    endpoint,
    home,
    hours,
    online,
    photos,
    posters,
    returning,
    rhythm,
    settlements,
    showing,
    tills,
)

ROUTERS: Final = (
    home.router,
    returning.router,
    rhythm.router,
    settlements.router,
    showing.router,
    hours.router,
    photos.router,
    bank.router,
    posters.router,
    tills.router,
    online.router,
    endpoint.router,
)
