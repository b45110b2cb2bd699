"""The API as its own description tells it: every operation, for the tests that must leave none out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import make_url

from api.app import PREFIX
from api.engines import Database
from api.settings import Settings
from tests.apps import an_app

_NOWHERE: Final = make_url("postgresql+psycopg://")

with an_app(Settings(), Database(_NOWHERE, _NOWHERE)) as _app:  # the next test is served by the same
    DESCRIPTION: Final[dict[str, Any]] = _app.openapi()


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    told: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path.removeprefix(PREFIX)}"

    def parameters(self, where: str) -> dict[str, dict[str, Any]]:
        """The schemas of the parameters in the path, the query or the headers, by name."""
        found = self.told.get("parameters", [])
        return {one["name"]: one["schema"] for one in found if one["in"] == where}

    @property
    def takes_key(self) -> bool:
        """Whether it asks for an Idempotency-Key."""
        return "Idempotency-Key" in self.parameters("header")

    @property
    def body(self) -> dict[str, Any] | None:
        """The schema of its JSON body, references followed, if it takes one."""
        content = self.told.get("requestBody", {}).get("content", {})
        return resolved(content["application/json"]["schema"]) if "application/json" in content else None

    @property
    def example(self) -> dict[str, Any]:
        """The body that its description gives as an example."""
        shown: dict[str, Any] = (self.body or {}).get("examples", [{}])[0]
        return dict(shown)


def resolved(schema: Any) -> Any:
    """A schema with its references followed."""
    if isinstance(schema, list):
        return [resolved(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return resolved(DESCRIPTION["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return {name: resolved(one) for name, one in schema.items()}


OPERATIONS: Final = [
    Operation(method.upper(), path, told)
    for path, methods in DESCRIPTION["paths"].items()
    for method, told in methods.items()
]
GUARDED: Final = [one for one in OPERATIONS if one.path.startswith(PREFIX)]
"""Those that take a key."""
