"""Holds what the double answers against the resource types of the ``stripe`` library, which are made from Stripe's
own description of the API: every field known, every field that is always there present, every type and null right.
"""

from __future__ import annotations

import ast
import importlib
import typing
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

import stripe
from stripe._object_classes import OBJECT_CLASSES
from stripe._stripe_object import StripeObject

NEVER_NULL = {
    "checkout.session": {
        "branding_settings", "excluded_payment_method_types", "line_items", "name_collection",
        "phone_number_collection", "presentment_details", "redirect_on_completion", "return_url", "tax_id_collection",
    },
    "charge": {"presentment_details", "radar_options", "transfer", "level3", "source", "authorization_code"},
    "payment_intent": {"amount_details", "hooks", "payment_details", "presentment_details", "source"},
    "dispute": {"payment_method_details", "intended_submission_method", "network_reason_code"},
    "refund": {
        "description", "destination_details", "failure_balance_transaction", "failure_reason", "instructions_email",
        "next_action", "pending_reason", "presentment_details",
    },
    "event": {"account", "context"},
    "balance": {"connect_reserved", "instant_available", "issuing", "refund_and_dispute_prefunding"},
}  # fmt: skip
"""Fields that are left out rather than null. The library's types call both ``Optional``, so they are named here.
Source: https://github.com/stripe/openapi, latest/openapi.spec3.json of 2026-09-30.endive."""


def faults(thing: Any, path: str = "") -> list[str]:
    """What is wrong with an answer, each with its place; nothing if it is as Stripe's."""
    kind = thing["object"]
    path = path or kind
    if kind == "list":
        strange = set(thing) ^ {"object", "data", "has_more", "url"}
        inner = [fault for place, one in enumerate(thing["data"]) for fault in faults(one, f"{path}.data[{place}]")]
        return [f"{path}: {sorted(strange)}" for _ in range(bool(strange))] + inner
    module, name = OBJECT_CLASSES[kind]
    found = _object(thing, getattr(importlib.import_module(module), name), path)
    return found + [f"{path}.{key}: null" for key in NEVER_NULL.get(kind, ()) if thing.get(key, ...) is None]


def _object(thing: dict[str, Any], wanted: type, path: str) -> list[str]:
    fields = _fields(wanted)
    found = [f"{path}.{key}: unknown" for key in thing if key not in fields]
    for key, one in fields.items():
        if key in thing:
            found += _value(thing[key], one, f"{path}.{key}")
        elif not _optional(one):
            found.append(f"{path}.{key}: missing")
    return found


def _value(value: Any, wanted: Any, path: str) -> list[str]:
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in {Union, UnionType}:
        tried = [_value(value, one, path) for one in _strict(inner)]
        return min(tried, key=len)
    if origin is Literal:
        return [] if value in inner else [f"{path}: {value!r} is none of {inner}"]
    if origin in {list, typing.List}:  # noqa: UP006 the library's own word
        if not isinstance(value, list):
            return [f"{path}: {value!r} is no list"]
        return [fault for place, one in enumerate(value) for fault in _value(one, inner[0], f"{path}[{place}]")]
    if origin is stripe.ListObject:
        return faults(value, path) if isinstance(value, dict) else [f"{path}: {value!r} is no list"]
    return _plain(value, origin or wanted, path)


def _plain(value: Any, wanted: Any, path: str) -> list[str]:
    if wanted is type(None):
        return [] if value is None else [f"{path}: {value!r} is not null"]
    if wanted is Decimal:
        return [] if isinstance(value, str) else [f"{path}: {value!r} is no decimal"]
    if wanted in {int, str, bool, float}:
        return [] if type(value) is wanted else [f"{path}: {value!r} is no {wanted.__name__}"]
    if isinstance(wanted, type) and issubclass(wanted, StripeObject) and wanted.__name__ != "UntypedStripeObject":
        if not isinstance(value, dict):
            return [f"{path}: {value!r} is no object"]
        return faults(value, path) if "OBJECT_NAME" in vars(wanted) else _object(value, wanted, path)
    return []  # Any


def _strict(kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    """An open list of words (``Literal[...] | str``) is taken as closed: the double needs no word from tomorrow."""
    closed = any(get_origin(kind) is Literal for kind in kinds)
    return tuple(kind for kind in kinds if not (closed and kind is str))


def _optional(wanted: Any) -> bool:
    return type(None) in get_args(wanted)


class _Names(dict[str, Any]):
    """What a module of the library may name: its own, what is nested in its class, what it imports for types only."""

    def __init__(self, wanted: type) -> None:
        self._module = importlib.import_module(wanted.__module__)
        super().__init__(vars(typing) | _nested(self._module) | vars(self._module) | vars(wanted))

    def __missing__(self, name: str) -> Any:
        module, there = _imported(self._module.__file__ or "")[name]
        self[name] = getattr(importlib.import_module(module), there)
        return self[name]


@cache
def _fields(wanted: type) -> dict[str, Any]:
    names = _Names(wanted)
    hints: dict[str, Any] = {}
    for base in reversed(wanted.__mro__):
        if base is StripeObject or not issubclass(base, StripeObject):
            continue
        for key, annotation in vars(base).get("__annotations__", {}).items():
            if not key.startswith("_") and get_origin(annotation) is not ClassVar and key != "OBJECT_NAME":
                reference = typing.ForwardRef(annotation) if isinstance(annotation, str) else annotation
                hints[key] = typing._eval_type(reference, {}, names)  # type: ignore[attr-defined]  # noqa: SLF001
    return hints


@cache
def _imported(file: str) -> dict[str, tuple[str, str]]:
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {one.asname or one.name: (node.module or "", one.name) for node in found for one in node.names}


def _nested(module: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
    while waiting:
        outer = waiting.pop()
        inner = {
            name: one
            for name, one in vars(outer).items()
            if isinstance(one, type) and one.__qualname__ == f"{outer.__qualname__}.{name}"
        }
        waiting += inner.values()
        found |= inner
    return found
