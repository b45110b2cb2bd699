"""Where a person may go from any page: one table, each entry with the permission that it takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from api.auth.permissions import Permission, Role
from api.auth.visitors import Visitor
from api.pages.catalogues import marked
from api.pages.place import Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: its name in English as the catalogues know it, its address within the programme, what it takes."""

    label: str
    path: str
    permission: Permission
    role: Role | None = None
    """Shown to who holds this office only, if one is named."""

    also: tuple[str, ...] = ()
    """Other pages that stand under it, which its own tabs lead to."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry as it is shown: ``current`` on the page itself and those under it, for the nearest one."""

    label: str
    href: str
    current: bool


ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(marked("Today"), "/desk", Permission.ORDERS_PAY),
    Entry(marked("Orders"), "/orders", Permission.ORDERS_READ),
    Entry(marked("Money"), "/desk/money", Permission.ORDERS_PAY, also=("/desk/expiry", "/desk/credit")),
    Entry(marked("Refunds"), "/desk/refunds", Permission.REFUNDS_WRITE),
    Entry(marked("Card payments"), "/desk/stripe", Permission.LEDGER_READ, also=("/desk/disputes",)),
    # Shops may read their own settlements; all of them are for who records the money of buyers.
    Entry(
        marked("Month end"),
        "/desk/month-end",
        Permission.ORDERS_PAY,
        also=("/desk/payouts", "/desk/bank", "/desk/accounts", "/desk/commissions"),
    ),
    Entry(marked("Proofs"), "/desk/proofs", Permission.LEDGER_READ),
    # Buyers may read themselves; the list of all of them is for who records their money.
    Entry(marked("Buyers"), "/desk/buyers", Permission.ORDERS_PAY),
    Entry(marked("Shops"), "/desk/shops", Permission.RECRUITING_WRITE, also=("/desk/rules",)),
    Entry(marked("Figures"), "/desk/figures", Permission.FIGURES_READ),
    # Whoever runs the programme may look at any shop's pages; this one is for owners.
    Entry(marked("My shop"), "/shop", Permission.SHOPFRONT_WRITE, "shop"),
    Entry(marked("Campaigns"), "/desk/campaigns", Permission.FIGURES_READ, also=("/desk/funders",)),
    Entry(marked("People"), "/people", Permission.PEOPLE_WRITE),
    Entry(marked("Code attempts"), "/desk/code-attempts", Permission.KEYS_WRITE),
)
"""In the order in which they are shown."""


def start_of(place: Place, roles: Iterable[Role]) -> str:
    """Where a person begins who has just signed in, by what it is; otherwise on the programme's first page."""
    held = set(roles)
    if held & {"operator", "accountant"}:
        return f"/{place.slug}/desk"
    starts: tuple[tuple[Role, str], ...] = (("manager", "desk/shops"), ("shop", "shop"), ("buyer", "orders"))
    return f"/{place.slug}/" + next((path for role, path in starts if role in held), "")


def navigation(visitor: Visitor | None, place: Place | None, *, at: str) -> list[NavItem]:
    """The entries that somebody may open in a programme; ``at`` is the address of the present page."""
    if visitor is None or place is None:
        return []
    open_to = [(entry, f"/{place.slug}{entry.path}") for entry in ENTRIES if _open_to(visitor, entry)]
    roots = [(f"/{place.slug}{path}", href) for entry, href in open_to for path in (entry.path, *entry.also)]
    under = [(root, href) for root, href in roots if at == root or at.startswith(f"{root}/")]
    _, nearest = max(under, key=lambda one: len(one[0]), default=("", ""))
    return [NavItem(entry.label, href, href == nearest) for entry, href in open_to]


def _open_to(visitor: Visitor, entry: Entry) -> bool:
    return visitor.may_somewhere(entry.permission) and (entry.role is None or visitor.holds(entry.role))
