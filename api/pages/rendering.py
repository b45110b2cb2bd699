"""From a template to a page in a person's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache, partial
from http import HTTPStatus
from pathlib import Path
from types import CodeType
from typing import Any, Final, cast
from urllib.parse import quote, urlencode

from babel.numbers import format_decimal
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context

from api.pages import policy, sayings, secrecy
from api.pages.assets import asset
from api.pages.catalogues import sentences
from api.pages.forms import Form
from api.pages.navigation import navigation
from api.pages.speaking import PARAMETER, language_for
from ledger.days import PARIS
from ledger.formats import Language, shown_day, shown_moment, shown_money, shown_rate
from ledger.money import Money
from vouchers.rules import rule_words

TEMPLATES: Final = Path(__file__).parent / "templates"
_NOT_KEPT: Final = frozenset({sayings.KEY, PARAMETER})
"""What an address says once, or for one language: the same page in the other is without it."""


class Compiled(BytecodeCache):
    """Templates are compiled once for all languages: what they say is looked up when they are filled in."""

    def __init__(self) -> None:
        self._known: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key + bucket.checksum] = bucket.code


COMPILED: Final = Compiled()

OTHER: Final[Mapping[Language, Language]] = {"fr": "en", "en": "fr"}


def page(
    request: Request,
    template: str,
    *,
    status: int = HTTPStatus.OK,
    indexed: bool = False,
    form_action: str | None = None,
    **context: object,
) -> HTMLResponse:
    """A page of ours.

    ``indexed`` pages may be found by search engines; ``form_action`` is one origin more to which its forms may lead.
    """
    language = language_for(request)
    text = drawn(environment(language).get_template(template), {**around(request, language, context), **context})
    headers: dict[str, str] = {"Content-Language": language}
    if not indexed:
        headers["X-Robots-Tag"] = "noindex"
    if secrecy.opens(request.url.path):
        headers |= secrecy.QUIET
    if form_action is not None:
        headers[policy.NAME] = policy.policy(form_action=form_action)
    return HTMLResponse(text, int(status), headers=headers)


def drawn(template: Template, context: Mapping[str, object]) -> str:
    """A template filled in; twice where a form has faults, since their summary stands above the labels it names."""
    text = template.render(context)
    if any(isinstance(one, Form) and not one.valid for one in context.values()):
        text = template.render(context)
    return text


def see_other(path: str, *, said: str | None = None, **query: str) -> RedirectResponse:
    """Where a form leads once it is done; ``said`` names a saying that is shown there once.

    :raises KeyError: if there is no such saying
    """
    if said is not None:
        if said not in sayings.SAYINGS:
            raise KeyError(said)
        query[sayings.KEY] = said
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, HTTPStatus.SEE_OTHER)


@lru_cache
def environment(language: Language) -> Environment:
    """The templates as one language sees them."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False, extensions=["jinja2.ext.i18n", "jinja2.ext.do"], bytecode_cache=COMPILED,
    )  # fmt: skip
    said = sentences(language)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        said.gettext, said.ngettext, newstyle=True, pgettext=said.pgettext, npgettext=said.npgettext
    )
    made.policies["ext.i18n.trimmed"] = True
    made.globals["ngettext"] = _counting(cast("Callable[..., str]", made.globals["ngettext"]), language)
    made.filters |= {
        "money": partial(_money, language=language),
        "day": partial(_day, language=language),
        "moment": partial(shown_moment, language=language),
        "clock": _clock,
        "rate": partial(_rate, language=language),
        "taken": partial(_taken, language=language),
    }
    made.globals |= {"asset": asset, "language": language}
    return made


def _counting(plain: Callable[..., str], language: Language) -> Callable[..., str]:
    """`ngettext` that writes the number which it is about as one writes it: ``1 223`` in French."""

    @pass_context
    def ngettext(context: Context, one: str, many: str, number: int, **facts: object) -> str:
        return plain(context, one, many, number, num=format_decimal(number, locale=language), **facts)

    return ngettext


def local_path(typed: str) -> str:
    """A path on this site, as it was given if it is one: never an address elsewhere."""
    clean = typed.isprintable() and typed.isascii() and "\\" not in typed
    return typed if clean and typed.startswith("/") and not typed.startswith("//") else "/"


def around(request: Request, language: Language, context: Mapping[str, object]) -> dict[str, Any]:
    """What the base layout shows on every page, around what the page itself shows."""
    place = getattr(request.state, "place", None)
    visitor = getattr(request.state, "visitor", None)
    return {
        "place": place,
        "visitor": visitor,
        "nav": navigation(visitor, place, at=request.url.path),
        "home": f"/{place.slug}" if place else "",
        "switch": _switch(request, OTHER[language]),
        "carries": _carried(request, context),
        "saying": sayings.SAYINGS.get(request.query_params.get(sayings.KEY, "")),
    }


def _switch(request: Request, other: Language) -> str:
    """Where the other language is chosen. A page whose address is a secret does it itself: no other address has it."""
    if secrecy.opens(request.url.path):
        return f"?to={other}"
    back = quote(request.url.path)
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in _NOT_KEPT]
    if kept and request.method == "GET":
        back += "?" + urlencode(kept)
    return "/language?" + urlencode({"to": other, "back": back})


def _carried(request: Request, context: Mapping[str, object]) -> list[tuple[str, str]] | None:
    """What a change of language carries on, where a form was sent: that named ``sent`` first. None where none was."""
    if request.method == "GET" and not hasattr(request.state, "typed"):
        return None
    every = (context.get("sent"), *context.values())
    return next((one.carried for one in every if isinstance(one, Form) and one.sent), None)


def _money(amount: Money, *, language: Language) -> str:
    return shown_money(amount, language)


def _day(day: date, *, language: Language) -> str:
    return shown_day(day.astimezone(PARIS).date() if isinstance(day, datetime) else day, language)


def _clock(moment: datetime) -> str:
    """``14:05``, in Paris."""
    return f"{moment.astimezone(PARIS):%H:%M}"


def _taken(asks: rule_words.Asks, *, language: Language) -> str:
    return rule_words.line(asks, language)


def _rate(basis_points: int, *, language: Language) -> str:
    return shown_rate(basis_points, language)
