"""The part of Stripe's API that is played: which path does what, lists, and what can be expanded."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.stripe_double import balance, refunds, sessions
from tests.stripe_double.account import Account, Thing
from tests.stripe_double.asking import checked, form
from tests.stripe_double.refusing import Refused, missing

_Act = Callable[[Account, str, Thing], Thing]
_UPKEEP = ("limit", "starting_after", "ending_before", "expand", "created")
_DEEPEST = 4


@dataclass(frozen=True)
class Route:
    """A path of the API, the file and class of its parameters in the library, and what it does."""

    method: str
    path: re.Pattern[str]
    params: tuple[str, str]
    act: _Act


def answer(account: Account, method: str, path: str, asked: Thing) -> Thing:
    """Do what is asked and answer with a copy, expanded as asked."""
    for route in ROUTES:
        found = route.path.fullmatch(path)
        if found and route.method == method:
            params = checked(asked, form(*route.params))
            sessions.lapse(account)
            balance.ripen(account)
            told = copy.deepcopy(route.act(account, (found.groups() or ("",))[0], params))
            for wanted in params.get("expand", []):
                _expand(account, told, wanted.split("."), wanted)
            return told
    raise Refused(
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at "
        "https://support.stripe.com/.",
        status=404,
    )


def _read(kind: str, param: str = "id") -> _Act:
    return lambda account, name, _asked: account.find(kind, name, param)


def _list(kind: str) -> _Act:
    def listed(account: Account, _name: str, asked: Thing) -> Thing:
        wanted = {key: value for key, value in asked.items() if key not in _UPKEEP}
        things = (thing for thing in account.of(kind) if _fits(account, thing, wanted))
        return page_of(account, things, asked, _PLACES[kind])

    return listed


def _fits(account: Account, thing: Thing, wanted: Thing) -> bool:
    for key, value in wanted.items():
        if key == "payout":
            account.find("payout", value, "payout")
            if account.paid_out.get(thing["id"]) != value:
                return False
        elif key == "types":
            if thing["type"] not in value:
                return False
        elif thing.get(key) != value:
            return False
    return True


def page_of(account: Account, things: Iterable[Thing], asked: Thing, url: str) -> Thing:
    """A page of a list: newest first, from a cursor, at most ``limit`` (10 unless asked, 100 at most)."""
    limit = asked.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Refused(f"Invalid integer: {limit}", code="parameter_invalid_integer", param="limit")
    found = [thing for thing in things if _within(thing["created"], asked.get("created"))]
    names = [thing["id"] for thing in found]
    more = len(found) > limit
    if "ending_before" in asked:
        until = _place(account, names, asked["ending_before"], "ending_before")
        more, found = until > limit, found[max(0, until - limit) : until]
    elif "starting_after" in asked:
        found = found[_place(account, names, asked["starting_after"], "starting_after") + 1 :]
        more = len(found) > limit
    return {"object": "list", "data": found[:limit], "has_more": more, "url": url}


def _place(account: Account, names: list[str], name: str, param: str) -> int:
    if name in names:
        return names.index(name)
    raise Refused(f"No such object: '{name}'", code="resource_missing", param=param, status=400)


def _within(created: int, asked: int | Thing | None) -> bool:
    if asked is None:
        return True
    if isinstance(asked, int):
        return created == asked
    return bool(
        created > asked.get("gt", created - 1)
        and created >= asked.get("gte", created)
        and created < asked.get("lt", created + 1)
        and created <= asked.get("lte", created)
    )


def _line_items(account: Account, name: str, asked: Thing) -> Thing:
    account.find("checkout.session", name, "session")
    items = [item | {"created": 0} for item in account.line_items[name]]
    page = page_of(account, items, asked, f"/v1/checkout/sessions/{name}/line_items")
    for item in page["data"]:
        del item["created"]
    return page


def _refunds_of(account: Account, name: str) -> Thing:
    things = (one for one in account.of("refund") if one["charge"] == name)
    return page_of(account, things, {}, f"/v1/charges/{name}/refunds")


def _expand(account: Account, told: Thing, path: list[str], wanted: str) -> None:
    if len(path) > _DEEPEST:
        raise Refused("You cannot expand more than 4 levels of a property.", param="expand")
    first, rest = path[0], path[1:]
    if first == "data" and told.get("object") == "list":
        for one in told["data"]:
            _expand(account, one, rest, wanted)
        return
    if first == "line_items" and told["object"] == "checkout.session":
        told[first] = _line_items(account, told["id"], {})
    elif first == "refunds" and told["object"] == "charge":
        told[first] = copy.deepcopy(_refunds_of(account, told["id"]))
    elif first not in told or first not in _EXPANDABLE:
        raise Refused(f"This property cannot be expanded ({wanted}).", param="expand")
    elif isinstance(told[first], str):
        told[first] = copy.deepcopy(account.things[told[first]])
    if rest and isinstance(told[first], dict):
        _expand(account, told[first], rest, wanted)


def _create_refund(account: Account, _name: str, asked: Thing) -> Thing:
    if "charge" not in asked and "payment_intent" not in asked:
        raise missing("payment_intent")
    return refunds.refund(account, asked)


_EXPANDABLE = {
    "latest_charge", "payment_intent", "charge", "balance_transaction", "failure_balance_transaction", "source",
}  # fmt: skip

_PLACES = {
    "checkout.session": "/v1/checkout/sessions", "payment_intent": "/v1/payment_intents", "charge": "/v1/charges",
    "refund": "/v1/refunds", "dispute": "/v1/disputes", "balance_transaction": "/v1/balance_transactions",
    "payout": "/v1/payouts", "event": "/v1/events",
}  # fmt: skip

_NAMES = {
    "checkout.session": "checkout/_session_{}_params Session{}Params", **{
        kind: f"_{kind}_{{}}_params {''.join(part.title() for part in kind.split('_'))}{{}}Params"
        for kind in ("payment_intent", "charge", "refund", "dispute", "balance_transaction", "payout", "event")
    },
}  # fmt: skip


def _params(kind: str, deed: str) -> tuple[str, str]:
    module, name = _NAMES[kind].split()
    return module.format(deed), name.format("".join(part.title() for part in deed.split("_")))


def _route(method: str, path: str, kind: str, deed: str, act: _Act) -> Route:
    return Route(method, re.compile(path), _params(kind, deed), act)


_SESSION = "checkout.session"
_PARAM = {_SESSION: "session", "payment_intent": "intent"}
"""What the id in the path is called where it is not ``id``."""
ROUTES = (
    _route("POST", r"/v1/checkout/sessions", _SESSION, "create", lambda a, _n, asked: sessions.create(a, asked)),
    _route("POST", r"/v1/checkout/sessions/([^/]+)/expire", _SESSION, "expire", lambda a, n, _p: sessions.expire(a, n)),
    _route("GET", r"/v1/checkout/sessions/([^/]+)/line_items", _SESSION, "list_line_items", _line_items),
    _route("POST", r"/v1/refunds", "refund", "create", _create_refund),
    *(_route("GET", place, kind, "list", _list(kind)) for kind, place in _PLACES.items()),
    *(
        _route("GET", rf"{place}/([^/]+)", kind, "retrieve", _read(kind, _PARAM.get(kind, "id")))
        for kind, place in _PLACES.items()
    ),
    Route("GET", re.compile(r"/v1/balance"), ("_balance_retrieve_params", "BalanceRetrieveParams"),
          lambda account, _n, _p: balance.balance(account)),
)  # fmt: skip
