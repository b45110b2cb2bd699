"""Clients that speak to servers of the tests, on this machine and without TLS."""

from __future__ import annotations

import ssl
from typing import Any, Final

import httpx

_NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Without it ``httpx`` reads the certificates of every authority for each client, which takes longer than the rest."""


def a_client(**asked: Any) -> httpx.AsyncClient:
    """One that cares for no proxy, and makes itself at once."""
    return httpx.AsyncClient(verify=_NO_TLS, trust_env=False, **asked)
