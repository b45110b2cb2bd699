"""A walk through all that an installation shows: from page to page by their links, as each person in turn.

Pages are read as text first, which is quick, and with every sentence in brackets, so that a word which did not pass
through the catalogues stands out; a browser opens those alone that hold something which none held before.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from tests.pages.untranslated import bare, forgotten

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
LEADING: Final = {"a": "href", "link": "href", "img": "src", "script": "src"}
TELLING: Final = ("class", "role", "type", "aria-current", "aria-live", "hidden", "autofocus")
FOR_SCRIPTS: Final = frozenset({"to-pay", "preview", "near", "camera", "news", "words"})
"""What is hidden until a script shows it: what a gift costs while it is filled in, which the next page says anyway; the
way to shops around, beside the search; a till's camera, beside the field for a code; what became of a payment, which is
a page without scripts; the words of the till's script."""

ELSEWHERE: Final = "https://elsewhere.example"

_IDS: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/v/)[\w-]+|(?<=/held/)[\w-]+|(?<=/campaigns/)[\w-]+|(?<=/pair/)[\w-]+|\d{2,}"
)
"""Files whose addresses differ by this alone show one thing in several states."""

_OF_EVERYBODY: Final = re.compile(r"^/(?:docs|static)\b|/shops\.(?:csv|json)$|/photos/|\.webmanifest$")
"""Files that are the same to everybody."""

_LANGUAGE: Final = re.compile(r"^/language\b")
"""Leads back at once, from then on in the other language."""

_NO_FRENCH: Final = re.compile(r"^/outbox\b|[?&](?:to|lang)=")
"""Letters as they were written; pages that are in a language whichever the browser asks for."""

_BY_SECRET: Final = re.compile(r"^/v/|/held/|[?&]to=")
"""Where a form proves itself by its address: sent from anywhere, it would be done."""

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
        if tag in LEADING and LEADING[tag] in told:
            self.links.append(told[LEADING[tag]])
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
            self.headings.add(bare(data).strip())

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
class Way:
    """What one person came to: where each address led, and those that held something new."""

    leads: dict[str, list[str]] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)

    def found_from(self, start: str) -> set[str]:
        """Every path that links lead to from there on."""
        found, waiting = {start}, [start]
        while waiting:
            new = set(self.leads.get(waiting.pop(), [])) - found
            found |= new
            waiting += new
        return {one.partition("?")[0] for one in found}


@dataclass
class Walk:
    """A walk of several people, one after the other, through an application that answers at ``home``.

    ``sentences`` are those of our pages, so that a heading is told from the name of somebody's order; ``facts`` are
    what stands in the books, so that it is told from words of nobody. ``pages`` are the addresses that were pages, by
    route; ``led`` the routes that lead on to another page.
    """

    home: str
    routes: dict[Route, APIRoute]
    no_pages: Collection[str]
    sentences: frozenset[str]
    facts: Collection[str]
    known: set[str] = field(default_factory=set)
    pages: dict[str, list[str]] = field(default_factory=dict)
    led: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    untold: dict[str, list[str]] = field(default_factory=dict)
    common: Counter[str] = field(default_factory=Counter)

    async def by(self, client: httpx.AsyncClient, *starts: str) -> Way:
        """Open everything that links lead to, and that a person may open."""
        way, waiting, seen = Way(), deque(starts), set(starts)
        opened = Counter[str](self.pages.keys())
        while waiting:
            address = waiting.popleft()
            route = self.route("GET", address)
            if not route or route in self.no_pages:
                await self._ask(client, address, opened, way)
                continue
            if opened[route] >= OF_A_KIND and address not in starts:
                continue
            opened[route] += 1
            way.leads[address] = await self._open(client, address, route, opened, way, started=address in starts)
            waiting.extend(one for one in way.leads[address] if one not in seen)
            seen.update(way.leads[address])
        return way

    def route(self, method: str, address: str) -> str:
        """The route that answers an address; none if none does."""
        path = urlsplit(address).path
        answering = (name for (by, name), one in self.routes.items() if by == method and one.path_regex.match(path))
        return next(answering, "")

    async def _open(
        self, client: httpx.AsyncClient, address: str, route: str, opened: Counter[str], way: Way, *, started: bool
    ) -> list[str]:
        """:returns: where a page leads"""
        answer = await client.get(address)
        client.cookies.clear()  # or whoever reads one page in English would read all that follow so
        if answer.is_redirect:
            self.led.add(route)
            return list(self._ours(address, [answer.headers["location"]]))
        # A device that is no till is told so, but no link leads to where it is.
        shown = answer.status_code == 200 or (answer.status_code in SHOWN and started)
        if not shown or not answer.headers["content-type"].startswith("text/html"):
            self.faults.append(f"{address} is no page: {answer.status_code} {answer.headers.get('content-type')}")
            return []
        page = read(answer.text)
        self._works_without_scripts(address, page)
        await self._takes_forms(client, address, page, opened)
        await self._is_translated(client, address, answer.text)
        holds = page.parts | (page.headings & self.sentences)
        if holds - self.known or route not in self.pages:
            way.fresh.append(address)
        self.known |= holds
        self.pages.setdefault(route, []).append(address)
        return list(dict.fromkeys(self._ours(address, page.links)))

    async def _ask(self, client: httpx.AsyncClient, address: str, opened: Counter[str], way: Way) -> None:
        """A file is there: one of each kind is asked for."""
        kind = _IDS.sub("*", urlsplit(address).path)
        counted = self.common if _OF_EVERYBODY.search(kind) else opened
        if not counted[kind]:
            answer = await client.get(address)
            way.leads[address] = []
            if answer.status_code != 200:
                self.faults.append(f"{address} is not there: {answer.status_code}")
        counted[kind] += 1

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

    async def _takes_forms(self, client: httpx.AsyncClient, address: str, page: Page, opened: Counter[str]) -> None:
        """Each form is refused for whence it came alone, not for its address: one of each kind is tried."""
        for action in self._ours(address, {form.action or address for form in page.forms if form.method == "POST"}):
            kind = "POST " + _IDS.sub("*", urlsplit(action).path)
            if _BY_SECRET.search(action) or opened[kind]:
                continue
            opened[kind] += 1
            refused = await client.post(action, headers={"origin": ELSEWHERE})
            if refused.status_code != 403:
                self.faults.append(f"{address} has a form that is not taken: {refused.status_code} {action}")

    async def _is_translated(self, client: httpx.AsyncClient, address: str, text: str) -> None:
        """Words outside of brackets, the same in both languages, are facts of the books."""
        if _NO_FRENCH.search(address) or not (doubtful := forgotten(text, self.facts)):
            return
        english = await client.get(address, headers={"accept-language": "en"})
        if same := sorted(set(doubtful) & set(forgotten(english.text, self.facts))):
            self.untold[address] = same

    def _ours(self, address: str, links: Iterable[str]) -> Iterator[str]:
        """Links within the installation, without what stands after ``#``."""
        for link in links:
            whole = urlsplit(urljoin(self.home + address, link))
            if whole.netloc == urlsplit(self.home).netloc and not _LANGUAGE.search(whole.path):
                yield whole.path + (f"?{whole.query}" if whole.query else "")
