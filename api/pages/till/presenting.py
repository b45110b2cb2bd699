"""From what was scanned or typed at a till to a ticket, or to a sentence that a cashier understands.

What cannot be a code of any voucher is told in detail, and counts as no guess: it can be told without knowing any
code. What could be one and is not is answered alike, whatever it was, and waits (`api.guessing`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Request

from api.auth import tickets
from api.guessing import Guesses
from api.installation import Installation, Town
from api.pages.catalogues import marked
from api.pages.forms import Form
from api.pages.place import terms_now
from api.pages.till.access import AtTill
from vouchers import codes, queries
from vouchers.errors import CodeNotRecognised

FIELD: Final = "code"
STRANGE_TOLD: Final = 3

MISSING: Final = marked("Scan the voucher, or type the code printed under its QR code.")
STRANGE: Final = marked("No code has the character “%(character)s” (place %(place)s). Look at it again.")
TOO_SHORT: Final = marked("A code has 16 characters; %(found)s are there. Some are missing at the end or in between.")
TOO_LONG: Final = marked("A code has 16 characters; %(found)s are there. One may have been typed twice.")
ONE_IS_WRONG: Final = marked("One character is wrong, or two are exchanged. Compare them four by four.")
NOT_RECOGNISED: Final = marked("This code is not recognised. Compare it with the voucher, or scan it again.")
NO_VOUCHER: Final = marked("This QR code is not a voucher: it holds something else. Scan the one on the voucher.")
OTHER_SITE: Final = marked("This QR code leads to %(site)s: it is no voucher of %(programme)s.")
OTHER_PROGRAMME: Final = marked("This is a voucher of %(other)s: it cannot be spent with %(programme)s.")
NO_CODE_IN_PHOTO: Final = marked(
    "No QR code can be read in this photo. Come closer, avoid reflections, or type the code."
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why what was presented is no voucher here: a sentence in English as the catalogues know it, and its facts."""

    sentence: str
    facts: dict[str, object]

    def say(self, form: Form) -> None:
        """Put it beside the field of the code."""
        form.say(FIELD, self.sentence, **self.facts)


async def present(request: Request, here: Installation, guesses: Guesses, till: AtTill, text: str) -> str | Fault:
    """A ticket for what was presented, or why there is none."""
    fault = _no_code(here, till, text)
    if fault is not None:
        return fault
    address = request.client.host if request.client else ""
    await guesses.wait(till.caller, address)
    with suppress(CodeNotRecognised):
        code = UUID(bytes=codes.read(text, till.town.keys.keys))
        async with till.town.sessions.begin() as session:
            await queries.voucher_by_code(session, code)
        return ticket_for(here, till, code)
    other = await _other_programme(here, till.town, text)
    if other is not None:
        return Fault(OTHER_PROGRAMME, {"other": other, "programme": till.place.name})
    await guesses.wrong(till.caller, address)
    return Fault(NOT_RECOGNISED, {})


def ticket_for(here: Installation, till: AtTill, code: UUID) -> str:
    """A ticket for a code that proved itself."""
    return tickets.make(here.settings.master_secrets, till.device.id, code, at=till.at)


def _no_code(here: Installation, till: AtTill, text: str) -> Fault | None:
    """What is wrong with something that cannot be a code at all."""
    if not text.strip():
        return Fault(MISSING, {})
    if codes.is_token(text):
        return None
    if codes.is_link(text):
        site = urlsplit(text.strip()).hostname or ""
        ours = {urlsplit(here.settings.base_url).hostname, ""}
        # A programme may have moved to another host: its printed vouchers still prove themselves.
        known = site in ours or _proves_itself(text, till.town)
        return None if known else Fault(OTHER_SITE, {"site": site[:60], "programme": till.place.name})
    if any(sign in text for sign in ":/=?&\n"):
        return Fault(NO_VOUCHER, {})
    return _mistyped(text)


def _mistyped(text: str) -> Fault | None:
    wrong = codes.mistyped(text)
    if wrong is None:
        return None
    if wrong.strange:
        if len(wrong.strange) > STRANGE_TOLD and wrong.symbols != codes.SYMBOLS:
            return Fault(NO_VOUCHER, {})
        place, character = wrong.strange[0]
        return Fault(STRANGE, {"place": place, "character": character})
    if wrong.symbols != codes.SYMBOLS:
        return Fault(TOO_SHORT if wrong.symbols < codes.SYMBOLS else TOO_LONG, {"found": wrong.symbols})
    return Fault(ONE_IS_WRONG, {})


def _proves_itself(text: str, town: Town) -> bool:
    try:
        codes.read(text, town.keys.keys)
    except CodeNotRecognised:
        return False
    return True


async def _other_programme(here: Installation, ours: Town, text: str) -> str | None:
    """The name of another programme of this installation whose code this is."""
    for town in await here.all_towns():
        if town.registered.slug != ours.registered.slug and _proves_itself(text, town):
            async with town.sessions.begin() as session:
                terms = await terms_now(session)
            return terms.name if terms else town.registered.slug
    return None
