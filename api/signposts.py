"""Which routes may answer an address: found by its first words.

The framework would try hundreds in turn, which takes a millisecond. A request is held against the few routers whose
addresses begin like its own, in the order in which they were included, and the framework decides among them as it
always does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from fastapi import APIRouter
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

DEEP: Final = 3
"""Words of an address that are looked at: a programme's, and two more."""

KEPT: Final = 1_000
"""Beginnings whose routes are remembered. There are a few hundred; who invents others makes nothing grow."""

ANY: Final = "/{any:path}"
"""A path of which nothing is known."""

Words = tuple[str, ...]


class Signposts:
    """Stands before the routes of a router."""

    def __init__(self, router: APIRouter) -> None:
        self._router, self._all = router, router.middleware_stack
        self._paths: dict[int, list[Words]] = {}
        self._known: set[str] = set()
        self._leading = lru_cache(KEPT)(self._leading_to)
        router.middleware_stack = self

    def point(self, route: BaseRoute, paths: Sequence[str]) -> None:
        """Say which paths a route of the router answers. One of which nothing was said is always tried."""
        self._paths[id(route)] = [_words(path) for path in paths]
        self._known.update(word for words in self._paths[id(route)] for word in words)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead a request on."""
        if scope["type"] != "http" or scope.get("root_path"):
            await self._all(scope, receive, send)
            return
        scope.setdefault("router", self._router)
        await self.leading(scope["path"])(scope, receive, send)

    def leading(self, path: str) -> APIRouter:
        """The routes that may answer an address."""
        begins = tuple(word if word in self._known else "?" for word in _words(path))
        return self._leading(begins, len(self._router.routes))

    def _leading_to(self, begins: Words, _routes: int) -> APIRouter:
        """Found anew when the router has got other routes."""
        routes = [one for one in self._router.routes if self._may_answer(one, begins)]
        return APIRouter(routes=routes, max_body_size=self._router.max_body_size)

    def _may_answer(self, route: BaseRoute, begins: Words) -> bool:
        paths = self._paths.get(id(route))
        return paths is None or any(_goes_with(path, begins) for path in paths)


def _words(path: str) -> Words:
    return tuple(path.split("/")[1 : 1 + DEEP])


def _goes_with(path: Words, begins: Words) -> bool:
    """Whether an address with these first words may be one of this path, with or without a slash at its end."""
    for ours, theirs in zip(path, begins, strict=False):
        if ":path}" in ours:
            return True
        if "{" not in ours and ours != theirs:
            return False
    return True
