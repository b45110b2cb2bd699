"""The pages of orders: made in three steps, followed, handed out."""

from typing import Final

from api.pages.orders import checking, giving, people, starting, vouchers

ROUTERS: Final = (starting.router, vouchers.router, people.router, giving.router, checking.router)
