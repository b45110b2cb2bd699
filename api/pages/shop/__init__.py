"""The shop's own pages: what it took, what it is paid, what it shows of itself, where it is paid, its tills."""

from typing import Final

from api.pages.shop import bank, home, hours, photos, posters, settlements, showing, tills

ROUTERS: Final = (
    home.router,
    settlements.router,
    showing.router,
    hours.router,
    photos.router,
    bank.router,
    posters.router,
    tills.router,
)
