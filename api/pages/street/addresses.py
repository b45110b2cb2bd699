"""Addresses of pages that search engines may find: absolute, one for each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast
from urllib.parse import quote

from fastapi import Request

from api.installation import Installation
from api.pages.speaking import PARAMETER, language_for
from ledger.formats import LANGUAGES


def base_of(request: Request) -> str:
    """The public address of this installation, without a slash at its end."""
    installation = cast("Installation", request.app.state.installation)
    return installation.settings.base_url.rstrip("/")


def in_language(address: str, language: str) -> str:
    """The address of a page in one language, whatever the browser prefers."""
    return f"{address}{'&' if '?' in address else '?'}{PARAMETER}={language}"


def indexed(request: Request, path: str) -> Mapping[str, str]:
    """The links of an indexed page: ``canonical``, and one for each language and for who chose none."""
    address = base_of(request) + quote(path, safe="/?&=%+|")
    found: dict[str, str] = {language: in_language(address, language) for language in LANGUAGES}
    return {"canonical": found[language_for(request)], "x-default": address, **found}
