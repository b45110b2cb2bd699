"""What a browser may do with a page of ours: the Content-Security-Policy and the headers beside it."""

from __future__ import annotations

import re
from typing import Final

_ORIGIN: Final = re.compile(r"https?://[a-zA-Z0-9.-]+(:[0-9]{1,5})?")

NAME: Final = "Content-Security-Policy"


def policy(*, form_action: str | None = None) -> str:
    """Scripts, styles and pictures from us alone, none of them inline; forms to us, and to one origin more if named.

    A browser holds a form's redirections to it too, so the page whose form leads to a payment page names that origin.

    :raises ValueError: if that is no origin
    """
    if form_action is not None and not _ORIGIN.fullmatch(form_action):
        raise ValueError("an origin is a scheme, a host and perhaps a port")
    to = "'self'" if form_action is None else f"'self' {form_action}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "manifest-src 'self'; "
        f"form-action {to}; frame-ancestors 'none'; base-uri 'none'"
    )


HEADERS: Final = {
    NAME: policy(),
    # With "no-referrer" a browser says "Origin: null" when a form of ours is sent, which tells nothing of its origin.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Vary": "Accept-Language, Cookie",
}
"""What every HTML answer carries, unless the page says otherwise."""
