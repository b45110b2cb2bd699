"""What goes wrong on the way in or in the database, as problems or pages: nothing is echoed, nothing is a bare 500."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from jinja2 import TemplateNotFound
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from api.edge import TOO_LARGE
from api.errors import Explained, language_of, problem, problem_of
from api.pages import faults
from api.pages.secrecy import told
from api.rest.types import NameRepeated
from api.wording.of_doors import BROKEN, BUSY, REQUEST_MALFORMED
from api.wording.of_requests import REASONS, TOO_LARGE_NAME, UNKNOWN_REASON, sentence_of
from ledger.errors import Refusal
from ledger.formats import Language

RETRY_SECONDS: Final = 2
MOST_FIELDS: Final = 50

_log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Let an application answer everything that goes wrong with a problem."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(NameRepeated, _repeated)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeout, _busy)
    app.add_exception_handler(OSError, _busy)
    app.add_exception_handler(TemplateNotFound, _broken)  # an OSError by birth, and yet a fault of ours
    app.add_exception_handler(Exception, _broken)


async def _refused(request: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, Refusal):
        return await _broken(request, refusal)
    if faults.wants_page(request):
        return faults.refused(request, refusal)
    return problem_of(refusal, language_of(request))


async def _malformed(request: Request, error: Exception) -> Response:
    """Where and why, never what: the input may hold a secret, or not even be text."""
    language = language_of(request)
    found: Sequence[Mapping[str, Any]] = error.errors() if isinstance(error, RequestValidationError) else ()
    if faults.wants_page(request):  # an address that is not one of ours, whether it is its path or its query
        return faults.failed(request, HTTPStatus.NOT_FOUND)
    errors = [_field(one, language) for one in found[:MOST_FIELDS]]
    return problem("request-malformed", REQUEST_MALFORMED, language, errors=errors)


async def _repeated(request: Request, error: Exception) -> Response:
    if not isinstance(error, NameRepeated):
        return await _broken(request, error)
    language = language_of(request)
    one = _field({"type": "json_repeated", "loc": ("body", error.name)}, language)
    return problem("request-malformed", REQUEST_MALFORMED, language, errors=[one])


async def _http(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself: unknown paths, methods, bodies that are too large or unreadable."""
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else 500)
    if isinstance(error, HTTPException) and status < HTTPStatus.BAD_REQUEST:  # a redirection
        return Response(None, status, headers=error.headers)
    if faults.wants_page(request):
        return faults.failed(request, status, headers=error.headers if isinstance(error, HTTPException) else None)
    language = language_of(request)
    name = TOO_LARGE_NAME if status is TOO_LARGE else status.phrase.lower().replace(" ", "-")
    headers = error.headers if isinstance(error, HTTPException) else None
    return problem(
        name, Explained(status, status.phrase, sentence_of({"type": name}, language)), language, headers=headers
    )


async def _database(request: Request, error: Exception) -> Response:
    if isinstance(error, OperationalError | InterfaceError) or getattr(error, "connection_invalidated", False):
        return await _busy(request, error)
    return await _broken(request, error)


async def _busy(request: Request, error: Exception) -> Response:
    _log.warning("the database does not answer: %s", type(error).__name__)
    soon = {"Retry-After": str(RETRY_SECONDS)}
    if faults.wants_page(request):
        return faults.failed(request, HTTPStatus.SERVICE_UNAVAILABLE, headers=soon)
    return problem("busy", BUSY, language_of(request), headers=soon)


async def _broken(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed", request.method, told(request.url.path), exc_info=error)
    if faults.wants_page(request):
        return faults.failed(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    return problem("internal-error", BROKEN, language_of(request))


def _field(error: Mapping[str, Any], language: Language) -> dict[str, str]:
    code = error["type"] if error["type"] in REASONS else UNKNOWN_REASON
    pointer = "" if code == "json_invalid" else _pointer(error["loc"])
    return {"pointer": pointer, "code": code, "detail": sentence_of(error, language)}


def _pointer(location: Sequence[str | int]) -> str:
    """RFC 6901 for a field of the body; the name of a parameter otherwise. A name that is no Unicode is told with ?."""
    where, *rest = location
    parts = rest if where == "body" else location
    told = "".join("/" + str(part)[:60].replace("~", "~0").replace("/", "~1") for part in parts)
    return told.encode(errors="replace").decode()
