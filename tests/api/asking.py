"""Asking in both languages, and what a refusal of a field must say in each."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.api.given import PREFIX, World, problem


async def both(world: World, holder: str, method: str, path: str, **request: Any) -> list[httpx.Response]:
    """Ask in French, then in English."""
    return [
        await (await world.door(holder, language=language)).client.request(method, PREFIX + path, **request)
        for language in ("fr", "en")
    ]


def named(answers: list[httpx.Response], pointer: str, code: str) -> None:
    """Both answers name this field and this reason, each in its language."""
    french, english = (problem(answer, 422, "request-malformed")["errors"] for answer in answers)
    assert (pointer, code) in {(one["pointer"], one["code"]) for one in english}, english
    for ours, theirs in zip(french, english, strict=True):
        assert ours["detail"] != theirs["detail"]
    assert [answer.headers["content-language"] for answer in answers] == ["fr", "en"]


def body(**raw: str) -> dict[str, Any]:
    """A request whose body holds these pieces of JSON as they are."""
    text = "{" + ", ".join(f'"{name}": {value}' for name, value in raw.items()) + "}"
    return {"content": text.encode(), "headers": {"content-type": "application/json", "idempotency-key": uuid4().hex}}
