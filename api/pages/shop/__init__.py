"""The pages of a shop for its owner."""

from typing import Final

from api.pages.shop import endpoint, online

ROUTERS: Final = (
    online.router,
    endpoint.router,
)
