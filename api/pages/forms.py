"""What a person typed into a form: read within bounds, kept to be shown again, each fault beside its field."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from api.errors import explain
from api.pages.catalogues import marked, sentences
from api.pages.speaking import language_for
from ledger.errors import AmountMalformed, Refusal
from ledger.formats import Language, shown_money
from ledger.money import Money

MOST_FIELDS: Final = 1_000
MOST_FILES: Final = 5
LARGEST_FIELD: Final = 1_000_000
"""Bytes."""

SHOWN_AGAIN: Final = 20_000
"""Characters of one field that are written back into the page."""

GENERAL: Final = ""
"""The field of a fault that belongs to the form as a whole."""

SPEAK: Final = "speak"
"""The field by which a form asks for nothing but its page in another language."""

UNSENT: Final = "unsent"
"""The field by which a script says that a form is still being filled in: only the language of its page changes."""

SECRETS: Final = frozenset({"password", "old_password", "new_password"})
"""Fields that are never written into a page."""

MISSING: Final = marked("Fill in this field.")
NOT_OFFERED: Final = marked("Choose one of the answers offered.")
NO_AMOUNT: Final = marked("Write an amount in euros, such as 50 or 12,50.")
NO_NUMBER: Final = marked("Write a whole number, such as 140.")
NO_DAY: Final = marked("Write a day as day/month/year, such as 31/10/2026.")
TOO_LONG: Final = marked("Shorten this: %(most)s characters at most.")
TOO_SMALL: Final = marked("Write %(least)s or more.")
TOO_LARGE: Final = marked("Write %(most)s or less.")
NO_FILE: Final = marked("Choose a file.")


@dataclass(slots=True)
class Form:
    """The fields of a form by name, as typed, and what is wrong with them, in the order in which it was found."""

    language: Language = "fr"
    typed: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[UploadFile]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    """Sentences by field; that of the form as a whole under ``GENERAL``."""
    begins: dict[str, list[str]] = field(default_factory=dict)
    """What its fields begin with, as long as it has not been sent."""
    sent: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    """What the page calls the fields, as far as it has been drawn."""

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self.faults

    @property
    def tried(self) -> bool:
        """Whether it was sent as something filled in: what is wrong with it may be said."""
        return self.sent and UNSENT not in self.typed

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What was typed, as hidden fields carry it on: all but what is secret."""
        kept = [(name, values) for name, values in self.typed.items() if name not in SECRETS]
        return [(name, value[:SHOWN_AGAIN]) for name, values in kept for value in values]

    def shown(self, name: str, otherwise: str = "") -> str:
        """What to write into a field: what was typed, else what it begins with."""
        known = self.typed.get(name) or ([] if self.sent else self.begins.get(name))
        return known[0][:SHOWN_AGAIN] if known else otherwise

    def fault(self, name: str) -> str:
        """What is wrong with a field; nothing if nothing is."""
        return self.faults.get(name, "")

    def call(self, name: str, label: str) -> None:
        """Remember what the page calls a field: the summary of the faults calls it the same."""
        self.labels[name] = str(label)

    def chosen(self, name: str, value: str, otherwise: str | Iterable[str] = ()) -> bool:
        """Whether an answer is chosen: as sent, else as it begins. A box that was sent without a tick has none."""
        if self.sent:
            return value in self.typed.get(name, [])
        before = [otherwise] if isinstance(otherwise, str) else otherwise
        return value in self.begins.get(name, before)

    def say(self, name: str, message: str, **facts: object) -> None:
        """Put a sentence beside a field; the first one stays. ``message`` is in English, as the catalogues know it."""
        said = sentences(self.language).gettext(message)
        self.faults.setdefault(name, said % facts)

    def refuse(self, refusal: Refusal, beside: Mapping[type[Refusal], str] | str = GENERAL) -> None:
        """Put what the domain says beside the field that it is about, or over the form."""
        name = beside if isinstance(beside, str) else beside.get(type(refusal), GENERAL)
        self.faults.setdefault(name, explain(refusal, self.language).detail)

    def text(self, name: str, *, required: bool = True, most: int = 200) -> str:
        """One line or several, without the spaces around."""
        value = self.typed.get(name, [""])[0].strip()
        if not value and required:
            self.say(name, MISSING)
        if len(value) > most:
            self.say(name, TOO_LONG, most=most)
        return value

    def many(self, name: str) -> list[str]:
        """Every answer of that name: of boxes, or of lines that repeat."""
        return list(self.typed.get(name, []))

    def ticked(self, name: str) -> bool:
        """Whether a single box is ticked."""
        return bool(self.typed.get(name))

    def one_of(self, name: str, answers: Sequence[str], *, required: bool = True) -> str:
        """One of the answers offered; the empty text if none was given or it was not offered."""
        value = self.typed.get(name, [""])[0]
        if value in answers:
            return value
        if value or required:
            self.say(name, NOT_OFFERED)
        return ""

    def number(self, name: str, *, required: bool = True, least: int = 0, most: int = 1_000_000) -> int | None:
        """A whole number."""
        value = "".join(self.text(name, required=required, most=30).split())
        if not value:
            return None
        if not value.isdecimal() or not value.isascii():
            self.say(name, NO_NUMBER)
        elif int(value) < least:
            self.say(name, TOO_SMALL, least=least)
        elif int(value) > most:
            self.say(name, TOO_LARGE, most=most)
        else:
            return int(value)
        return None

    def money(
        self, name: str, *, required: bool = True, least: Money | None = None, most: Money | None = None
    ) -> Money | None:
        """A sum of money, as a person types it."""
        value = self.text(name, required=required, most=30)
        if not value:
            return None
        try:
            amount = Money.of(value)
        except AmountMalformed:
            self.say(name, NO_AMOUNT)
            return None
        if least is not None and amount < least:
            self.say(name, TOO_SMALL, least=shown_money(least, self.language))
        elif most is not None and amount > most:
            self.say(name, TOO_LARGE, most=shown_money(most, self.language))
        else:
            return amount
        return None

    def day(self, name: str, *, required: bool = True) -> date | None:
        """A day: ``2026-10-31`` as browsers send it, or ``31/10/2026`` as people type it."""
        value = self.text(name, required=required, most=30)
        parts = value.replace(".", "/").split("/")
        if not value:
            return None
        try:
            return date.fromisoformat(value if len(parts) == 1 else "-".join(f"{int(one):02d}" for one in parts[::-1]))
        except ValueError:
            self.say(name, NO_DAY)
            return None

    def identifier(self, name: str) -> UUID | None:
        """An identifier that a page of ours wrote into the form; a form without it is no form of ours."""
        try:
            return UUID(self.typed[name][0])
        except (KeyError, ValueError):
            self.say(GENERAL, NOT_OFFERED)
            return None

    def file(self, name: str, *, required: bool = True) -> UploadFile | None:
        """A file that was chosen."""
        found = next((one for one in self.files.get(name, []) if one.filename), None)
        if found is None and required:
            self.say(name, NO_FILE)
        return found


class AnotherLanguage(Exception):
    """A form was sent to see its page in another language: nothing else is done with it."""

    def __init__(self, form: Form) -> None:
        self.form = form
        super().__init__()


def blank(request: Request, **begins: str | Sequence[str]) -> Form:
    """A form that nobody has filled in yet, with what its fields begin with.

    It is as it was typed, and counts as sent, where only the language of its page was changed.
    """
    known = {name: [value] if isinstance(value, str) else list(value) for name, value in begins.items()}
    typed = getattr(request.state, "typed", None)
    return Form(language_for(request), begins=known, typed=typed or {}, sent=typed is not None)


async def read(request: Request, *, most_fields: int = MOST_FIELDS) -> Form:
    """The form that a request brings. Files are closed with the request.

    :raises HTTPException: 400 if it cannot be read or has too many parts, 422 if it holds what no keyboard types
    :raises AnotherLanguage: if its page is to be shown in another language, and nothing to be done
    """
    sent = await request.form(max_files=MOST_FILES, max_fields=most_fields, max_part_size=LARGEST_FIELD)
    form = _read(sent, language_for(request))
    if SPEAK in form.typed:
        raise AnotherLanguage(form)
    return form


async def _sent(request: Request) -> AsyncIterator[Form]:
    try:
        yield await read(request)
    finally:
        await request.close()


Sent = Annotated[Form, Depends(_sent, scope="function")]
"""What a page's form brought."""


def _read(sent: FormData, language: Language) -> Form:
    form = Form(language, sent=True)
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            form.files.setdefault(_clean(name), []).append(value)
        else:
            form.typed.setdefault(_clean(name), []).append(_clean(value))
    return form


def _clean(text: str) -> str:
    """Composed, with single line ends; NUL and lone surrogates cannot be kept by the database, nor typed."""
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
