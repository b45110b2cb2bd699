"""Stripe's error objects. Source: https://docs.stripe.com/api/errors"""

from __future__ import annotations

from typing import Any

API_VERSION = "2026-10-28.endive"


class Refused(Exception):
    """An error answer. ``begun``: the endpoint had begun, so the answer is kept under the idempotency key."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",  # noqa: A002 the API's own word
        code: str | None = None,
        param: str | None = None,
        begun: bool = False,
        **more: Any,
    ) -> None:
        self.status, self.begun = status, begun
        self.error: dict[str, Any] = {"message": message, "type": type, **more}
        if code is not None:
            self.error["code"] = code
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        if param is not None:
            self.error["param"] = param
        super().__init__(message)


def unknown(params: list[str]) -> Refused:
    """A parameter the endpoint does not have."""
    many = "s" if len(params) > 1 else ""
    return Refused(f"Received unknown parameter{many}: {', '.join(params)}", code="parameter_unknown", param=params[0])


def missing(param: str) -> Refused:
    """A parameter the endpoint cannot do without."""
    return Refused(f"Missing required param: {param}.", code="parameter_missing", param=param)


def no_such(kind: str, name: str, param: str = "id") -> Refused:
    """Nothing of that id in this account."""
    return Refused(f"No such {kind}: '{name}'", status=404, code="resource_missing", param=param)


def no_key() -> Refused:
    """No API key at all."""
    return Refused(
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "
        "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for "
        "details, or we can help at https://support.stripe.com/.",
        status=401,
    )


def wrong_key(key: str) -> Refused:
    """A key of nobody's; the answer shows only its ends."""
    shown = f"{key[:8]}{'*' * max(len(key) - 12, 4)}{key[-4:]}"
    return Refused(f"Invalid API Key provided: {shown}", status=401)
