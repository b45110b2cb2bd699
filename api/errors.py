"""From a refusal to what a person or a program is told: one table, whose completeness is tested.

Programs get RFC 9457 problems. Their ``type`` is ``urn:obole:problem:`` and the refusal's name, and never changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import JSONResponse

from api.wording import (
    of_archives,
    of_bank,
    of_campaigns,
    of_cards,
    of_commission,
    of_doors,
    of_funders,
    of_holders,
    of_invoices,
    of_ledger,
    of_lists,
    of_merchants,
    of_online,
    of_orders,
    of_payouts,
    of_people,
    of_proofs,
    of_rules,
    of_shops,
    of_vouchers,
)
from api.wording.said import Said
from ledger.days import day_of
from ledger.errors import Refusal
from ledger.formats import LANGUAGES, Language, shown_day, shown_money
from ledger.money import CURRENCY, Money
from merchants.errors import ColumnsMissing, Fault, FileTooLarge, FileUnreadable, ShopFieldsInvalid
from merchants.shops import reasons, trade_names
from vouchers.orders.errors import NothingIssued, WrongOrderStatus
from vouchers.orders.lists.addresses import AddressInvalid
from vouchers.orders.lists.list_errors import ListColumnsMissing, ListTooLong, ListUnreadable
from vouchers.orders.lists.list_refusal_words import list_sentence
from vouchers.orders.lists.list_words import address_code, sentence
from vouchers.rules import rule_words
from vouchers.rules.rule_errors import NotTakenHere

PROBLEM: Final = "application/problem+json"
TYPE: Final = "urn:obole:problem:"

_RENAMED: Final = {"status": "state"}
"""Facts whose name is that of a member which every problem has."""

_QUALITY: Final = re.compile(r"[01](\.[0-9]{0,3})?")

SAID: Final[Mapping[type[Refusal], Said]] = {
    **of_ledger.SAID, **of_merchants.SAID, **of_vouchers.SAID, **of_orders.SAID, **of_cards.SAID, **of_lists.SAID,
    **of_people.SAID, **of_shops.SAID, **of_campaigns.SAID, **of_doors.SAID, **of_holders.SAID, **of_online.SAID,
    **of_payouts.SAID,
    **of_bank.SAID, **of_rules.SAID, **of_proofs.SAID, **of_commission.SAID, **of_funders.SAID, **of_invoices.SAID,
    **of_archives.SAID,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explained:
    """A refusal in words."""

    status: HTTPStatus
    title: str
    detail: str


def explain(refusal: Refusal, language: Language) -> Explained:
    """A refusal in a person's language."""
    said = SAID[type(refusal)]
    if isinstance(refusal, ColumnsMissing | FileUnreadable | FileTooLarge):
        detail = reasons.file_sentence(refusal, language)
    elif isinstance(refusal, ListColumnsMissing | ListTooLong | ListUnreadable):
        detail = list_sentence(refusal, language)
    elif isinstance(refusal, AddressInvalid):
        detail = sentence(address_code(refusal.reason), language, value=refusal.typed)
    elif isinstance(refusal, NotTakenHere):
        detail = rule_words.refused(refusal, language)
    else:
        known = isinstance(refusal, WrongOrderStatus | NothingIssued)
        given = {name: _status(fact, language) if known else fact for name, fact in vars(refusal).items()}
        facts = {name: _shown(fact, language) for name, fact in given.items()}
        detail = said.detail(language).format(**facts)
    return Explained(said.status, said.title(language), detail)


def problem(
    name: str, said: Said | Explained, language: Language, *, headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    """An RFC 9457 problem."""
    if isinstance(said, Said):
        said = Explained(said.status, said.title(language), said.detail(language))
    body = {"type": TYPE + name, "title": said.title, "status": said.status.value, "detail": said.detail, **more}
    told = {"Content-Language": language, **(headers or {})}
    return JSONResponse(body, said.status.value, media_type=PROBLEM, headers=told)


def problem_of(refusal: Refusal, language: Language) -> JSONResponse:
    """The problem of a refusal; its facts are members of the problem."""
    more: dict[str, Any] = {_RENAMED.get(name, name): _plain(fact) for name, fact in vars(refusal).items()}
    if any(isinstance(fact, Money) for fact in vars(refusal).values()):
        more["currency"] = CURRENCY
    if isinstance(refusal, ShopFieldsInvalid):
        more = {"errors": [_fault(fault, language) for fault in refusal.faults]}
    if isinstance(refusal, NotTakenHere):
        more |= rule_places(refusal, language)
    explained = explain(refusal, language)
    challenge = {"WWW-Authenticate": "Bearer"} if explained.status is HTTPStatus.UNAUTHORIZED else None
    return problem(refusal.name, explained, language, headers=challenge, **more)


def rule_places(asks: rule_words.Asks, language: Language) -> dict[str, Any]:
    """Where and when a limited voucher is taken, as JSON."""
    return {
        "communes": [{"code": code, "name": name} for code, name in asks.communes],
        "trades": [{"code": naf, "name": trade_names.one_of(naf, language)} for naf in asks.trades],
        "shops": [{"id": str(id_), "name": name} for id_, name in asks.shops],
        "first_day": str(asks.first_day) if asks.first_day else None,
        "last_day": str(asks.last_day) if asks.last_day else None,
    }


def language_of(request: Request) -> Language:
    """The language that a request asks for, by ``Accept-Language``; English if it asks for neither."""
    return asked_language(request) or "en"


def asked_language(request: Request) -> Language | None:
    """The language of ours that ``Accept-Language`` puts first, if it names one."""
    ranked: list[tuple[float, Language]] = []
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        tag, _, quality = part.replace(" ", "").partition(";q=")
        base = tag.split("-")[0].lower()
        weight = float(quality) if _QUALITY.fullmatch(quality) else 1.0
        ranked += [(weight, language) for language in LANGUAGES if base == language and weight]
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _fault(fault: Fault, language: Language) -> dict[str, str]:
    detail = reasons.sentence(fault.code, language, value=fault.value, expected=fault.expected)
    return {"pointer": f"/{fault.field}", "code": fault.code, "detail": detail}


def _status(fact: object, language: Language) -> object:
    """The status of an order, or several, as people call them."""
    if isinstance(fact, tuple):
        return tuple(_status(one, language) for one in fact)
    french, english = of_orders.STATUSES.get(str(fact), (str(fact), str(fact)))
    return french if language == "fr" else english


def _shown(fact: object, language: Language) -> str:
    match fact:
        case Money():
            return shown_money(fact, language)
        case datetime():
            return shown_day(day_of(fact), language)
        case date():
            return shown_day(fact, language)
        case tuple() | list():
            return ", ".join(_shown(part, language) for part in fact)
        case _:
            return str(fact)


def _plain(fact: object) -> object:
    match fact:
        case Money():
            return fact.cents
        case UUID() | date():
            return str(fact)
        case tuple() | list():
            return [_plain(part) for part in fact]
        case _:
            return fact
