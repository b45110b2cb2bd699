"""What a request asks: forms decoded, and held against the parameter types that the ``stripe`` library ships.

The types are read from the library's source, not imported, so that the double starts at once.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.stripe_double.refusing import Refused, missing, unknown

_PART = re.compile(r"\[([^\[\]]*)\]")
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_PARAMS = Path(importlib.util.find_spec("stripe").origin or "").parent / "params"  # type: ignore[union-attr]


@dataclass(frozen=True)
class Kind:
    """What a parameter may be: any of the alternatives that are set."""

    integer: bool = False
    boolean: bool = False
    text: bool = False
    mapping: bool = False
    choices: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    item: Kind | None = None


@dataclass(frozen=True)
class Field:
    """A named parameter."""

    kind: Kind
    required: bool


@dataclass(frozen=True)
class Form:
    """The parameters of an endpoint, and of each hash within."""

    name: str
    hashes: dict[str, dict[str, Field]] = field(hash=False, compare=False)


def decoded(raw: str) -> dict[str, Any]:
    """``a[b][0][c]=d`` as nested dicts; lists keep their indices as keys until their type is known."""
    asked: dict[str, Any] = {}
    for key, value in parse_qsl(raw, keep_blank_values=True):
        name = key.split("[", 1)[0]
        here, parts = asked, [name, *_PART.findall(key[len(name) :])]
        for part in parts[:-1]:
            here = here.setdefault(part or str(len(here)), {})
            if not isinstance(here, dict):
                raise Refused(f"Invalid request: {key}")
        here[parts[-1] or str(len(here))] = value
    return asked


@cache
def form(module: str, name: str) -> Form:
    """The parameters in a file of the library, such as ``form("checkout/_session_create_params", "...")``."""
    tree = ast.parse((_PARAMS / f"{module}.py").read_text(encoding="utf-8"))
    hashes: dict[str, dict[str, Field]] = {}
    for defined in tree.body:
        if isinstance(defined, ast.ClassDef):
            hashes[defined.name] = {
                line.target.id: _field(line.annotation)
                for line in defined.body
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
            }
    return Form(name, hashes)


def checked(asked: dict[str, Any], wanted: Form) -> dict[str, Any]:
    """``asked`` with its types, or Stripe's refusal of what it cannot be."""
    return _hash(asked, wanted.name, wanted, "")


def _hash(asked: dict[str, Any], name: str, wanted: Form, under: str) -> dict[str, Any]:
    fields = wanted.hashes[name]
    strange = [_path(under, key) for key in asked if key not in fields]
    if strange:
        raise unknown(strange)
    for key, one in fields.items():
        if one.required and key not in asked:
            raise missing(_path(under, key))
    return {key: _value(value, fields[key].kind, wanted, _path(under, key)) for key, value in asked.items()}


def _value(value: Any, kind: Kind, wanted: Form, path: str) -> Any:
    if isinstance(value, dict):
        return _nested(value, kind, wanted, path)
    if kind.integer and _INTEGER.fullmatch(value):
        return int(value)
    if kind.boolean and value in {"true", "false"}:
        return value == "true"
    if value == "" and kind.mapping:
        return {}
    if value in kind.choices or (kind.text and value and not kind.choices):
        return value
    raise _unfit(value, kind, path)


def _unfit(value: str, kind: Kind, path: str) -> Refused:
    if value == "":
        return Refused(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; "
            f"however '{path}' cannot be unset. You should remove '{path}' from your request or supply a non-empty "
            "value.",
            code="parameter_invalid_empty",
            param=path,
        )
    if kind.choices:
        return Refused(f"Invalid {path}: must be one of {', '.join(kind.choices)}", param=path)
    if kind.integer:
        return Refused(f"Invalid integer: {value}", code="parameter_invalid_integer", param=path)
    words = "Invalid array" if kind.item else f"Invalid boolean: {value}" if kind.boolean else "Invalid object"
    return Refused(words, param=path)


def _nested(value: dict[str, Any], kind: Kind, wanted: Form, path: str) -> Any:
    if kind.mapping:
        return {key: str(one) for key, one in value.items()}
    if kind.item is not None and all(key.isdigit() for key in value):
        ordered = sorted(value.items(), key=lambda pair: int(pair[0]))
        return [_value(one, kind.item, wanted, f"{path}[{place}]") for place, (_, one) in enumerate(ordered)]
    if kind.hashes:
        return _hash(value, kind.hashes[0], wanted, path)
    raise Refused("Invalid string" if kind.text else "Invalid object", param=path)


def _path(under: str, key: str) -> str:
    return f"{under}[{key}]" if under else key


def _field(annotation: ast.expr) -> Field:
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "NotRequired":
        return Field(_kind(annotation.slice), required=False)
    return Field(_kind(annotation), required=True)


def _kind(node: ast.expr) -> Kind:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _kind(ast.parse(node.value, mode="eval").body)
    if isinstance(node, ast.BinOp):
        return _either([_kind(node.left), _kind(node.right)])
    if isinstance(node, ast.Subscript):
        return _composed(node)
    name = ast.unparse(node)
    plain = {"int": Kind(integer=True), "bool": Kind(boolean=True), "str": Kind(text=True)}
    plain |= {"float": Kind(text=True), "Decimal": Kind(text=True), "Any": Kind(mapping=True)}
    return plain.get(name, Kind(hashes=(name,)))


def _composed(node: ast.Subscript) -> Kind:
    outer = ast.unparse(node.value)
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if outer in {"Union", "Optional"}:
        return _either([_kind(one) for one in inner])
    if outer == "List":
        return Kind(item=_kind(inner[0]))
    if outer == "Literal":
        return Kind(choices=tuple(str(one.value) for one in inner if isinstance(one, ast.Constant)))
    return Kind(mapping=True)  # Dict[str, str], UntypedStripeObject[str]


def _either(kinds: list[Kind]) -> Kind:
    return Kind(
        integer=any(kind.integer for kind in kinds),
        boolean=any(kind.boolean for kind in kinds),
        text=any(kind.text for kind in kinds),
        mapping=any(kind.mapping for kind in kinds),
        choices=tuple(choice for kind in kinds for choice in kind.choices),
        hashes=tuple(name for kind in kinds for name in kind.hashes),
        item=next((kind.item for kind in kinds if kind.item), None),
    )
