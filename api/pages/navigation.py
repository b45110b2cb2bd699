"""Where a person may go from any page: one table, each entry with the permission that it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.auth.permissions import Permission
from api.auth.visitors import Visitor
from api.pages.place import Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: its name in English as the catalogues know it, its address within the programme, what it takes."""

    label: str
    path: str
    permission: Permission


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry as it is shown: ``current`` on the page itself and those under it."""

    label: str
    href: str
    current: bool


ENTRIES: Final[tuple[Entry, ...]] = ()
"""In the order in which they are shown."""


def navigation(visitor: Visitor | None, place: Place | None, *, at: str) -> list[NavItem]:
    """The entries that somebody may open in a programme; ``at`` is the address of the present page."""
    if visitor is None or place is None:
        return []
    open_to = [(entry, f"/{place.slug}{entry.path}") for entry in ENTRIES if visitor.may_somewhere(entry.permission)]
    return [NavItem(entry.label, href, at == href or at.startswith(f"{href}/")) for entry, href in open_to]
