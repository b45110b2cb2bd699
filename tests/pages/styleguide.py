"""Every part of which pages are made, on one page: for tests and for eyes. It is served by tests alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from api.pages.forms import Form, Sent, blank
from api.pages.guard import OwnOrigin
from api.pages.navigation import NavItem
from api.pages.place import CurrentPlace
from api.pages.rendering import around, drawn, environment
from api.pages.speaking import language_for
from ledger.money import Money
from vouchers.errors import VoucherExpired

PATH: Final = "/{slug:slug}/styleguide"
FAILING: Final = "/{slug:slug}/fails/{how}"

TEMPLATE: Final = Path(__file__).with_suffix(".html").read_text(encoding="utf-8")

_KINDS: Final = [
    ("draft", "Brouillon"), ("wait", "En attente de paiement"), ("note", "Payée"), ("done", "Remise"),
    ("stop", "Annulée"), ("warning", "À voir"), ("error", "Litige"),
]  # fmt: skip


def show_styleguide(app: FastAPI) -> None:
    """Serve it, with a form that finds something wrong in whatever is sent."""

    async def shown(request: Request, place: CurrentPlace) -> HTMLResponse:
        return _page(request, blank(request))

    async def sent(request: Request, place: CurrentPlace, form: Sent) -> HTMLResponse:
        form.text("company")
        form.text("email")
        form.number("quantity", least=1, most=10_000)
        form.money("face", least=Money(500), most=Money(15_000))
        form.day("on", required=False)
        form.one_of("event", ["christmas", "wedding"])
        form.one_of("method", ["card", "transfer"])
        return _page(request, form)

    add(app, PATH, shown)
    add(app, PATH, sent, method="POST")
    add(app, FAILING, fail)


async def fail(how: str, place: CurrentPlace) -> None:
    """A page that fails, in the way that its address says."""
    match how:
        case "refusal":
            raise VoucherExpired(last_day=date(2026, 10, 31))
        case "pool":
            raise PoolTimeout
        case "template":
            environment("fr").get_template("nowhere/secret-detail.html")
        case "bug":
            raise ZeroDivisionError("secret-detail")
        case _:
            raise HTTPException(int(how), "secret-detail")


def add(app: FastAPI, path: str, route: Callable[..., Any], *, method: str = "GET") -> None:
    """Add a page to an application that is made already, before the route that takes what no other does."""
    app.add_api_route(path, route, methods=[method], include_in_schema=False, dependencies=[OwnOrigin])
    app.router.routes.insert(0, app.router.routes.pop())


def _page(request: Request, form: Form) -> HTMLResponse:
    language = language_for(request)
    orders = [("C-2026-0042", "wait", "En attente de paiement"), ("C-2026-0041", "done", "Remise")]
    nav = [
        NavItem(label, f"/{label}", label == "Commandes")
        for label in ("Commandes", "Acheteurs", "Commerces", "Comptes")
    ]
    context = {"nav": nav, "form": form, "money": Money(700_000), "fee": Money(21_000), "day": date(2027, 10, 31)}
    text = drawn(
        environment(language).from_string(TEMPLATE),
        {**around(request, language, context), **context, "kinds": _KINDS, "orders": orders},
    )
    return HTMLResponse(text, 200 if form.valid else 422)
