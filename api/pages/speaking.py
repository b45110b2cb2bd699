"""In which language a page speaks: the person's own choice, that of what led there, the browser's, else French."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response

from api.errors import asked_language
from ledger.formats import LANGUAGES, Language

COOKIE: Final = "obole-language"
DEFAULT: Final[Language] = "fr"
PARAMETER: Final = "lang"
"""Of an address that is in one language, whoever opens it: search engines keep one for each."""

LASTS: Final = 365 * 24 * 3600
"""Seconds that a choice is remembered."""


def language_for(request: Request) -> Language:
    """The language of a page."""
    wished = getattr(request.state, "speaks", None)
    for chosen in (wished, request.query_params.get(PARAMETER), request.cookies.get(COOKIE)):
        for language in LANGUAGES:
            if language == chosen:
                return language
    led: Language | None = getattr(request.state, "language", None)
    return led or asked_language(request) or DEFAULT


def remember(response: Response, language: str, *, secure: bool) -> None:
    """Let the browser keep a choice; it holds nothing but two letters."""
    response.set_cookie(COOKIE, language, max_age=LASTS, path="/", secure=secure, httponly=True, samesite="lax")
