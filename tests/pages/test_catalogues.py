"""Everything that pages say is said in French too, with the same facts in it, and nothing is translated for nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api.pages import catalogues
from api.pages.catalogues import sentences, typeset
from api.pages.rendering import TEMPLATES, environment
from api.pages.sayings import SAYINGS
from ledger.formats import Language

PAGES: Final = Path(catalogues.__file__).parent
FILES: Final = sorted((PAGES / "locale" / "fr").glob("*.po"))
KEYWORDS: Final[Any] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "marked": None,
    "say": (2,),
}
METHODS: Final = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS: Final[Any] = {"templates/**.html": {"extensions": "jinja2.ext.do", "trimmed": "true", "silent": "false"}}
PLACEHOLDER: Final = re.compile(r"%%|%\(\w+\)[a-z]|%")


@dataclass(frozen=True, slots=True)
class Said:
    """A message as the code says it, and where."""

    message: str
    many: str
    context: str | None
    where: str


@cache
def every_message() -> tuple[Said, ...]:
    found = []
    for file, line, message, _, context in extract_from_dir(
        PAGES, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS
    ):
        one, many = message if isinstance(message, tuple) else (message, "")
        found.append(Said(one, many, context, f"{file}:{line}"))
    return tuple(found)


@cache
def every_translation() -> tuple[tuple[str, Message], ...]:
    """Each entry with the name of its catalogue."""
    read = catalogues.catalogues("fr")
    return tuple((name, message) for name, catalogue in read.items() for message in catalogue if message.id)


def forms(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def placeholders(texts: Iterable[str]) -> set[str]:
    return {found for text in texts for found in PLACEHOLDER.findall(text)} - {"%%"}


def test_an_avoir_is_a_credit_note_and_never_what_a_buyer_has_free() -> None:
    wrong = [
        message.string
        for _, message in every_translation()
        if "credit" in forms(message.id)[0].lower()
        and "credit note" not in forms(message.id)[0].lower()
        and re.search(r"\bavoirs?\b", " ".join(forms(message.string)), re.IGNORECASE)
    ]
    assert not wrong, "say « solde disponible »"


def test_there_is_something_to_translate() -> None:
    assert len(every_message()) > 50
    assert {Path(one.where.rpartition(":")[0]).suffix for one in every_message()} == {".py", ".html"}


def test_every_message_has_a_french_sentence() -> None:
    known = sentences("fr").known
    missing = [
        f"{one.where} {one.message!r}"
        for one in every_message()
        if len([form for form in known.get((one.context, one.message), ()) if form]) != (2 if one.many else 1)
    ]
    assert not missing, "not translated, or with too few forms:\n" + "\n".join(missing)


def test_no_translation_is_doubtful_or_empty() -> None:
    doubtful = [f"{name}: {one.id!r}" for name, one in every_translation() if one.fuzzy or not all(forms(one.string))]
    assert not doubtful


def test_a_sentence_holds_the_same_facts_in_both_languages() -> None:
    """A singular may spell its number; every other fact stands in every form."""
    wrong = []
    for name, one in every_translation():
        known, said = placeholders(forms(one.id)), [placeholders([form]) for form in forms(one.string)]
        if any(form | {"%(num)s"} != known | {"%(num)s"} for form in said) or "%(num)s" in said[-1] - known:
            wrong.append(f"{name}: {one.id!r}")
    assert not wrong


def test_a_per_cent_is_written_twice() -> None:
    alone = [one.where for one in every_message() if "%" in PLACEHOLDER.findall(one.message + one.many)]
    alone += [f"{name}: {one.id!r}" for name, one in every_translation() if "%" in placeholders(forms(one.string))]
    assert not alone


def test_nothing_is_translated_that_nobody_says() -> None:
    said = {(one.context, one.message) for one in every_message()}
    unused = [f"{name}: {one.id!r}" for name, one in every_translation() if (one.context, forms(one.id)[0]) not in said]
    assert not unused


def test_a_message_is_translated_once() -> None:
    first: dict[tuple[str | None, str], str] = {}
    twice = []
    for name, one in every_translation():
        before = first.setdefault((one.context, forms(one.id)[0]), name)
        if before != name:
            twice.append(f"{one.id!r}: {before}, {name}")
    assert not twice


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_catalogue_reads_without_a_warning_and_keeps_no_dead_entries(path: Path) -> None:
    with path.open("rb") as file:
        read = read_po(file, locale="fr", abort_invalid=True)
    assert not read.obsolete
    assert read.num_plurals == 2


def test_french_keeps_its_spaces_from_breaking() -> None:
    set_out = typeset("Combien ? « Dix » : 5 %% ou 3 € à %(name)s !")
    assert set_out.replace("\u00a0", "~") == "Combien~? «~Dix~»~: 5~%% ou 3~€ à %(name)s~!"


def test_nought_is_singular_in_french_and_plural_in_english() -> None:
    one, many = "One thing to mend", "%(num)s things to mend"
    assert [sentences("fr").ngettext(one, many, number) == "Un point à corriger" for number in (0, 1, 2)] == [
        True, True, False,
    ]  # fmt: skip
    assert [sentences("en").ngettext(one, many, number) for number in (0, 1, 2)] == [many, one, many]


def test_every_template_compiles_in_both_languages() -> None:
    names = [str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")]
    assert len(names) >= 6
    for name in names:
        assert environment("fr").get_template(name)
        assert environment("en").get_template(name)


def test_no_template_holds_a_style_or_a_script_of_its_own() -> None:
    # A block of data for search engines is no script: no browser runs it.
    script = r"<script(?![^>]*\ssrc=|\stype=\"application/ld\+json\")"
    forbidden = re.compile(rf"\sstyle\s*=|<style|{script}|\son[a-z]+\s*=|javascript:", re.IGNORECASE)
    assert not [path.name for path in TEMPLATES.rglob("*.html") if forbidden.search(path.read_text(encoding="utf-8"))]


def test_what_is_said_after_something_was_done_has_a_plain_name() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in SAYINGS)


def test_a_number_is_written_as_each_language_writes_it() -> None:
    counted = '{{ ngettext("One shop", "%(num)s shops", number) }}'
    told: tuple[tuple[Language, str], ...] = (("fr", "1\u202f223 commerces"), ("en", "1,223 shops"))
    for language, said in told:
        assert environment(language).from_string(counted).render(number=1223) == said
