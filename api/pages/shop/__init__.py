"""The pages of a shop's owner."""

from typing import Final

from api.pages.shop import tills

ROUTERS: Final = (tills.router,)
