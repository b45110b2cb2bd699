"""How a shop joins by itself, in five minutes: found by its SIRET, filled in, confirmed by a letter."""

from typing import Final

from api.pages.joining import answering, applying

ROUTERS: Final = (
    answering.router,
    applying.router,
)
