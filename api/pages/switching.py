"""Another language for a page whose form was sent: it is shown again as it was typed, and nothing is done.

The form goes to its own address once more, with a field that asks for the language. What is shown then is what the
address shows to whoever opens it, the form filled in: a route that is opened changes nothing, so nothing can be
ordered or paid by a word in the corner of a page.
"""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from api.pages.forms import SPEAK, AnotherLanguage
from api.pages.speaking import language_for, remember
from ledger.formats import LANGUAGES, Language


class Opened(Response):
    """What the address of a form shows to whoever opens it, with what was typed, in a language."""

    def __init__(self, typed: dict[str, list[str]], language: Language) -> None:
        super().__init__()
        self._typed, self._language = typed, language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open it."""
        state = {**scope.get("state", {}), "typed": self._typed, "speaks": self._language}

        async def remembering(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = Response()
                remember(kept, self._language, secure=scope["scheme"] == "https")
                MutableHeaders(scope=message).append("set-cookie", kept.headers["set-cookie"])
            await send(message)

        await scope["app"].router({**scope, "method": "GET", "state": state}, receive, remembering)


def install(app: FastAPI) -> None:
    """Let an application show forms again in another language."""
    app.add_exception_handler(AnotherLanguage, _shown_again)


async def _shown_again(request: Request, asked: Exception) -> Response:
    if not isinstance(asked, AnotherLanguage):
        raise asked
    wanted = asked.form.shown(SPEAK)
    language = next((known for known in LANGUAGES if known == wanted), language_for(request))
    return Opened({name: values for name, values in asked.form.typed.items() if name != SPEAK}, language)
