"""How pages of the till are shown: in a frame of their own that weighs little, the only one that may use the camera."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from api.auth.till_devices import COOKIE_LASTS, till_cookie_of
from api.dependencies import installation_of
from api.pages import policy
from api.pages.rendering import page
from api.pages.till.access import AtTill

HEADERS: Final = {
    policy.NAME: policy.policy(),
    "Permissions-Policy": policy.HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)"),
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What the pages of a till carry in place of what others do."""


async def till_page(
    request: Request, template: str, till: AtTill, *, status: int = HTTPStatus.OK, **context: object
) -> Response:
    """A page of the till; a device that is at work keeps its key for another year."""
    answer = page(request, f"till/{template}", status=status, indexed=False, form_action=None, till=till, **context)
    answer.headers.update(HEADERS)
    if till.renewed is not None:
        await keep_key(request, answer, till.place.slug, till.renewed)
    return answer


async def keep_key(request: Request, answer: Response, slug: str, token: str) -> None:
    """Let a device keep its key."""
    name, secure = till_cookie_of(slug, (await installation_of(request)).settings.base_url)
    lasts = int(COOKIE_LASTS.total_seconds())
    answer.set_cookie(name, token, max_age=lasts, path="/", secure=secure, httponly=True, samesite="lax")
