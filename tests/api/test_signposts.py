"""Signposts lead where trying every route in turn leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from fastapi.routing import iter_route_contexts
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match, Route

from api.app import assembled
from api.edge import Edged

FILLED: Final = ("treiz", "desk", "0190b8a5-0000-7000-8000-000000000000")
"""What stands where an address says something of its own; a word that other addresses begin with, too."""


@pytest.fixture(scope="module")
def app() -> Edged:
    made = assembled(1_000_000)
    assert isinstance(made, Edged)
    return made


def answering(routes: list[BaseRoute], method: str, path: str) -> tuple[str, int]:
    """The first route that answers; where none answers wholly, the first that knows the address."""
    scope = {"type": "http", "method": method, "path": path, "headers": [], "path_params": {}}
    known = ("none", 0)
    for one in routes:
        match, _ = one.matches(scope)
        if match is Match.FULL:
            return "full", id(one)
        if match is Match.PARTIAL and known == ("none", 0):
            known = ("partial", id(one))
    return known


def asked(app: Edged) -> Iterator[tuple[str, str]]:
    """Every route, its address filled in; with a slash at its end or without; and one step further."""
    for number, one in enumerate(iter_route_contexts(app.routes)):
        word = FILLED[number % len(FILLED)]
        path = re.sub(r"{[^}]*}", word, re.sub(r"{[^}]*:path}", f"{word}/{word}", one.path or ""))
        yield min(one.methods or {"GET"}), path
        yield "GET", path.rstrip("/") if number % 2 else f"{path}/"
        yield "GET", f"{path}/{word}"


def test_every_address_leads_to_the_route_that_would_be_found_by_trying_all(app: Edged) -> None:
    tried = sorted(set(asked(app)))
    assert len(tried) > 1_000
    for method, path in tried:
        few = app.signposts.leading(path).routes
        assert answering(few, method, path) == answering(app.router.routes, method, path), (method, path)
    assert len(app.signposts.leading("/treiz/desk/money").routes) < len(app.router.routes) / 10


def test_a_route_of_which_nothing_was_said_is_found_at_once(app: Edged) -> None:
    assert answering(app.signposts.leading("/treiz/desk/new").routes, "DELETE", "/treiz/desk/new")[0] != "full"
    app.router.routes.append(Route("/{slug}/desk/new", PlainTextResponse("new"), methods=["DELETE"]))
    assert answering(app.signposts.leading("/treiz/desk/new").routes, "DELETE", "/treiz/desk/new")[0] == "full"
