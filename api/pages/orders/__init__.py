"""The pages of orders: made in three steps, followed, handed out."""

from typing import Final

from api.pages.orders import (
    attestation,
    beneficiaries,
    checking,
    giving,
    handing,
    mailings,
    order,
    papers,
    paying,
    people,
    starting,
    vouchers,
)

ROUTERS: Final = (
    starting.router,
    vouchers.router,
    people.router,
    giving.router,
    checking.router,
    paying.router,
    order.router,
    papers.router,
    handing.router,
    mailings.router,
    beneficiaries.router,
    attestation.router,
)
