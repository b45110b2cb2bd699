"""How offices are called on pages, in English as the catalogues know them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.auth.permissions import Role
from api.pages.catalogues import marked

ROLES: Final[Mapping[Role, str]] = {
    "operator": marked("Operator"),
    "accountant": marked("Accountant"),
    "manager": marked("Town-centre manager"),
    "buyer": marked("Buyer"),
    "shop": marked("Shop owner"),
    "till": marked("Till"),
}

MORE: Final[Mapping[Role, str]] = {
    "operator": marked("May do everything, and decides who else may do what."),
    "accountant": marked("Reads the books and every paper, and records the money that came."),
    "manager": marked("Invites shops and lets them in, and sees the totals."),
    "buyer": marked("Orders for the company named below."),
    "shop": marked("Runs the shop named below: its takings, its page, its tills, where it is paid."),
    "till": marked("Takes vouchers at the till named below."),
}
