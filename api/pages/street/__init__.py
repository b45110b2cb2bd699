"""The street, for everybody: the shops that take vouchers, a page for each, campaigns, open data."""

from typing import Final

from api.pages.street import campaigns, directory, joining, open_data, shop, sitemap

ROUTERS: Final = (
    open_data.router,
    directory.router,
    shop.router,
    campaigns.router,
    joining.router,
    sitemap.of_a_programme,
)
"""Pages of a programme."""

OF_THE_INSTALLATION: Final = (sitemap.router,)
