"""A walk through all that an installation shows: from page to page by their links, as each person in turn.

Pages are read as text first, which is quick; a browser opens those alone that hold something which none held before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

PAGES: Final = "api.pages."
"""The modules whose routes are pages."""

OF_A_KIND: Final = 2
"""Pages of one route that one person opens; of one that others opened before, a single one."""

SHOWN: Final = frozenset({200, 401})
"""A device that is no till is told so by a page."""

DEPTH: Final = 2
"""Elements above one that tell what it is part of."""

VOID: Final = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
HEADINGS: Final = frozenset({"h1", "h2", "h3"})
TELLING: Final = ("class", "role", "type", "aria-current", "aria-live", "hidden", "autofocus")
FOR_SCRIPTS: Final = frozenset({"to-pay", "preview", "near", "camera", "news", "words"})
"""What is hidden until a script shows it: what a gift costs while it is filled in, which the next page says anyway; the
way to shops around, beside the search; a till's camera, beside the field for a code; what became of a payment, which is
a page without scripts; the words of the till's script."""

Route = tuple[str, str]
"""A method and a path, as the application knows them."""


@dataclass
class Form:
    """A form: where it sends to, by which method, whether it has a button."""

    method: str
    action: str
    buttons: int = 0


@dataclass
class Page(HTMLParser):
    """A page as far as a walk needs it: of what it is made, where it leads, what it sends."""

    parts: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    headings: set[str] = field(default_factory=set)
    follows: bool = False
    waits: bool = False
    above: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        part = " ".join([tag, *(f"{name}={told[name]}" for name in TELLING if name in told)])
        self.parts.add(" > ".join([*(one for _, one in self.above[-DEPTH:]), part]))
        if tag not in VOID:
            self.above.append((tag, part))
        # A button that is hidden is what Enter in a field does, or what a script does; a fault is hidden if it is none.
        if "hidden" in told and tag != "button" and not told.get("id", "").endswith("-fault") and not self._is_hidden():
            self.hidden.add(told.get("id", part))
        if tag == "a" and "href" in told:
            self.links.append(told["href"])
        elif tag == "form":
            self.forms.append(Form(told.get("method", "get").upper(), told.get("action", "")))
        elif tag == "button" and told.get("type") == "submit":
            self.forms[-1].buttons += "hidden" not in told
        self.waits |= tag == "noscript"
        self.follows |= "data-follow" in told

    def _is_hidden(self) -> bool:
        """Whether what stands above is hidden already."""
        return any("hidden=" in part for _, part in self.above[:-1])

    def handle_data(self, data: str) -> None:
        if self.above and self.above[-1][0] in HEADINGS:
            self.headings.add(data.strip())

    def handle_endtag(self, tag: str) -> None:
        while self.above and self.above.pop()[0] != tag:
            pass


def read(text: str) -> Page:
    page = Page()
    page.feed(text)
    return page


def routes_of(app: FastAPI) -> dict[Route, APIRoute]:
    """Every route of the pages, in the order in which the application asks them."""
    found: dict[Route, APIRoute] = {}
    for one in iter_route_contexts(app.routes):
        route = one.original_route
        if isinstance(route, APIRoute) and route.endpoint.__module__.startswith(PAGES):
            found |= {(method, route.path): route for method in sorted(route.methods or ())}
    return found


@dataclass
class Walk:
    """A walk of several people, one after the other.

    ``sentences`` are those of our pages, so that a heading is told from the name of somebody's order. ``pages`` are
    the addresses that were pages, by route; ``led`` the routes that lead on to another page.
    """

    routes: dict[Route, APIRoute]
    no_pages: Iterable[str]
    sentences: frozenset[str]
    known: set[str] = field(default_factory=set)
    pages: dict[str, list[str]] = field(default_factory=dict)
    led: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    async def by(self, client: httpx.AsyncClient, *starts: str) -> list[str]:
        """Open everything that links lead to, and that a person may open; the addresses that hold something new."""
        waiting, seen, opened, fresh = [*starts], set(starts), Counter[str](self.pages.keys()), []
        while waiting:
            address = waiting.pop(0)
            route = self.route("GET", address)
            if not route or route in self.no_pages or (opened[route] >= OF_A_KIND and address not in starts):
                continue
            opened[route] += 1
            answer = await client.get(address)
            if answer.is_redirect:
                self.led.add(route)
                leads = [answer.headers["location"]]
            elif answer.status_code not in SHOWN or not answer.headers["content-type"].startswith("text/html"):
                self.faults.append(f"{address} is no page: {answer.status_code} {answer.headers.get('content-type')}")
                continue
            else:
                leads = self._take(address, route, answer.text, fresh)
            for one in self._ours(address, leads):
                if one not in seen:
                    seen.add(one)
                    waiting.append(one)
        return fresh

    def route(self, method: str, address: str) -> str:
        """The route that answers an address; none if none does."""
        path = urlsplit(address).path
        answering = (name for (by, name), one in self.routes.items() if by == method and one.path_regex.match(path))
        return next(answering, "")

    def _take(self, address: str, route: str, text: str, fresh: list[str]) -> list[str]:
        page = read(text)
        self._works_without_scripts(address, page)
        holds = page.parts | (page.headings & self.sentences)
        if holds - self.known or route not in self.pages:
            fresh.append(address)
        self.known |= holds
        self.pages.setdefault(route, []).append(address)
        return page.links

    def _works_without_scripts(self, address: str, page: Page) -> None:
        """Each form has a button and an address that takes it; nothing waits for a script to be shown."""
        for form in page.forms:
            if not form.buttons:
                self.faults.append(f"{address} has a form without a button")
            if not self.route(form.method, urljoin(address, form.action)):
                self.faults.append(f"{address} has a form that nothing takes: {form.action}")
        if page.hidden - FOR_SCRIPTS:
            self.faults.append(f"{address} hides {page.hidden - FOR_SCRIPTS}")
        if page.follows and not page.waits:
            self.faults.append(f"{address} follows something, and not without scripts")

    @staticmethod
    def _ours(address: str, links: Iterable[str]) -> Iterator[str]:
        """Links within the installation, without what stands after ``#``."""
        for link in links:
            whole = urlsplit(urljoin(f"http://here{address}", link))
            if whole.netloc == "here":
                yield whole.path + (f"?{whole.query}" if whole.query else "")
