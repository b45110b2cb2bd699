"""The till: a page made for one thumb, on any phone, that takes vouchers with a queue behind."""

from typing import Final

from api.pages.till import cashier, day, pairing, paying, receipts, shell, start

ROUTERS: Final = (
    start.router,
    paying.router,
    receipts.router,
    day.router,
    cashier.router,
    pairing.router,
    shell.router,
)

__all__ = ["ROUTERS", "cashier", "day", "pairing", "paying", "receipts", "shell", "start"]
