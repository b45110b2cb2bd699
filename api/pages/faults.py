"""What goes wrong, as a page: in a person's language, with a way on, and never with what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.auth.visitors import SignInNeeded
from api.errors import explain
from api.pages.catalogues import marked, sentences
from api.pages.rendering import page
from api.pages.speaking import language_for
from ledger.errors import Refusal

PROGRAMS: Final = ("/api", "/docs/assets", "/openapi.json", "/healthz", "/readyz", "/webhooks", "/static")
"""Where programs ask, which are told in problems."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A title and a sentence, in English as the catalogues know them."""

    title: str
    detail: str


FAULTS: Final[Mapping[int, Fault]] = {
    400: Fault(
        marked("This request could not be read"), marked("Go back to the page, load it again and send it once more.")
    ),
    401: Fault(marked("Please sign in"), marked("This page is for people who have signed in.")),
    403: Fault(marked("This page is not open to you"), marked("Ask whoever gave you your access to widen it.")),
    404: Fault(
        marked("There is no such page"),
        marked("The address may be incomplete, or what it showed is gone. Start again from the home page."),
    ),
    405: Fault(marked("This cannot be done here"), marked("Go back to the page, and use its own links and buttons.")),
    413: Fault(
        marked("This is too large"),
        marked("What you sent weighs more than we take. Choose a smaller file, or share it among several."),
    ),
    422: Fault(
        marked("Something in this form cannot be read"),
        marked("Go back, and type again what you copied from elsewhere: it holds characters that no keyboard types."),
    ),
    429: Fault(marked("Too many attempts"), marked("Wait a few minutes, then try again.")),
    500: Fault(
        marked("Something failed on our side"),
        marked("It is written down and we will see to it. Look at what was done before you do it again."),
    ),
    503: Fault(
        marked("Back in a moment"),
        marked("The service is busy or being looked after. Nothing is lost: try again in a moment."),
    ),
}
"""What is said of a status of which nothing better is known."""


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, and is to be answered with a page."""
    path = request.url.path
    if any(path == one or path.startswith(f"{one}/") for one in PROGRAMS):
        return False
    return "text/html" in request.headers.get("accept", "")


def refused(request: Request, refusal: Refusal) -> Response:
    """The page of a refusal, in its own words; that of signing in if that is what is missing."""
    if isinstance(refusal, SignInNeeded):
        return RedirectResponse(refusal.address, HTTPStatus.SEE_OTHER)
    said = explain(refusal, language_for(request))
    return _page(request, said.status, said.title, said.detail, {})


def failed(request: Request, status: int, *, headers: Mapping[str, str] | None = None) -> Response:
    """The page of a status."""
    known = FAULTS.get(status) or FAULTS[500 if status >= HTTPStatus.INTERNAL_SERVER_ERROR else 400]
    said = sentences(language_for(request))
    return _page(request, status, said.gettext(known.title), said.gettext(known.detail), headers or {})


def _page(request: Request, status: int, title: str, detail: str, headers: Mapping[str, str]) -> Response:
    answer = page(request, "fault.html", status=status, title=title, detail=detail, code=int(status))
    answer.headers.update(headers)
    return answer
