"""Whether what changes something was sent from a page of ours: the guard against forged forms (CSRF).

Source: the Fetch standard on ``Origin`` and the W3C's Fetch Metadata on ``Sec-Fetch-Site``, which no script can set.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from ledger.errors import Refusal

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""


class ForeignOrigin(Refusal):
    """A form was sent from another site, or by something that does not say from where."""

    def __init__(self) -> None:
        super().__init__("This was not sent from a page of ours.")


def require_own_origin(method: str, headers: Mapping[str, str], *, ours: frozenset[str]) -> None:
    """Let through what is safe, and what the browser says comes from one of our own origins.

    ``Sec-Fetch-Site`` decides where there is one; browsers leave it out over plain http, and then ``Origin`` does.

    :raises ForeignOrigin:
    """
    if method in SAFE:
        return
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise ForeignOrigin
    elif origin_of(headers.get("origin", "")) not in ours:
        raise ForeignOrigin


def origin_of(address: str) -> str | None:
    """The origin of an address, without the port that its scheme has anyway; None if it has none."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    shown = "" if port in {None, {"http": 80, "https": 443}[parts.scheme]} else f":{port}"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{shown}"
