"""No sentence is left that people read in one language alone: in templates, scripts, letters and refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from html import escape
from typing import Any, Final

import pytest

from api.email import holder_words, keeping_words, order_words, people_words, wording
from api.email.wording import Words
from api.errors import SAID
from api.pages import assets
from api.pages.catalogues import catalogues
from api.pages.rendering import TEMPLATES, environment
from tests.api.email import given
from tests.api.email.test_composing import EVERY
from tests.pages.untranslated import (
    LETTERS,
    bracketed,
    facts_of,
    forgotten,
    outside,
    script_sentences,
    texts_of,
    written_out,
)

PAGES: Final = sorted(TEMPLATES.rglob("*.html"))
SCRIPTS: Final = sorted(name for name in assets.FILES if name.endswith(".js") and name != "docs.js")
"""`docs.js` belongs to the description of the API, which is in English."""

LETTER_WORDS: Final = {
    "holder": holder_words.HOLDER, "keeping": keeping_words.KEEPING, "order": order_words.ORDER,
    "people": people_words.PEOPLE, "shared": wording.SHARED,
}  # fmt: skip


ALIKE: Final = frozenset(
    {
        "Bonus",
        "Budgets",
        "Commissions",
        "Commune",
        "Communes",
        "Contact",
        "Menu",
        "Stripe",
        "Versions",
        "Message",
        "Total",
        "BIC",
        "IBAN",
        "SIREN",
        "Attestation %(year)s",
        "Attestation (PDF)",
        "Actions",
        "Messages",
        "E-mail",
        "Date",
        "Budget",
        "FEC",
        "Journal",
        "Commission",
        "Invitations",
        "Photo",
        "Photos",
        "Position",
        "Restaurants",
        "SIRET",
        "Services",
    }
)
"""Words that both languages write alike."""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_holds_no_words_of_its_own(path: Any) -> None:
    assert written_out(environment("fr"), path) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_holds_no_words_of_its_own(name: str) -> None:
    assert script_sentences(assets.FILES[name].decode()) == []


def test_what_is_written_out_would_be_found(tmp_path: Any) -> None:
    """A check that finds nothing proves something only if it can find."""
    wrong = tmp_path / "wrong.html"
    wrong.write_text(
        '<h1>Bonjour</h1><p title="Fermer la page">{{ _("Sign in") }}</p><img alt="Un bon">'
        '<input type="submit" value="Envoyer"><p class="lead {{ \'held held-over\' }}">{{ "Un mot oublié" }}</p>'
        '{% if true %}<p aria-label="{{ _(\'Main\') }}">{{ "Yes" if true else "" }}</p>{% endif %}'
        '<p lang="en">English words</p><script src="x.js"></script>',
        encoding="utf-8",
    )
    assert set(written_out(environment("fr"), wrong)) == {
        "Bonjour", "Fermer la page", "Un bon", "Envoyer", "Un mot oublié", "Yes",
    }  # fmt: skip
    script = (
        'const a = "Copié !"; b.textContent = `Il reste ${n} bons`; c.querySelector("main form"); d("field-faulty");'
        "e('.held [data-copy]'); // Un mot de trop"
    )
    assert script_sentences(script + 'f(key === "Enter", { "Content-Type": g });') == [
        "Copié !",
        "Il reste \u2022 bons",
    ]


@pytest.mark.parametrize("name", EVERY)
def test_a_letter_says_nothing_but_sentences_of_its_words_and_facts(name: str) -> None:
    with bracketed():
        letter = EVERY[name]("fr")
    known = facts_of(
        told(given.GIFT, given.LOOK, given.ORDER, given.TRANSFER, given.LOOK.home.split("/", 2)[2].rstrip("/"))
    )
    assert [one for one in forgotten(letter.html, known) if not one.startswith("<script>")] == []
    rest = [
        line.removeprefix("> ").removeprefix("-- ")
        for line in outside(letter.plain).splitlines()
        if LETTERS.search(line)
    ]
    assert [line for line in rest if forgotten(f"<p>{escape(line)}</p>", known)] == []


def test_brackets_stand_around_what_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with bracketed():
        html = EVERY["sign in"]("fr").html
        page = environment("fr").from_string('<p>{{ _("Sign in") }} oublié</p><p>{{ "Anne" }} · 12,50 €</p>').render()
    assert forgotten(page, facts_of(["Anne"])) == ["\u27e6Se connecter\u27e7 oublié"]
    assert any("\u27e6" in one for one in texts_of(html))
    assert "\u27e6" not in EVERY["sign in"]("fr").html


def test_no_french_sentence_of_a_letter_or_a_refusal_is_the_english_one() -> None:
    same = [
        f"{kind}: {name}"
        for kind, words in LETTER_WORDS.items()
        for name, french in _sentences(words, "fr").items()
        if french == _sentences(words, "en")[name]
        and french not in ALIKE
        and LETTERS.search(re.sub(r"\{\w+\}", "", french))
    ]
    same += [
        refusal.__name__
        for refusal, said in SAID.items()
        if said.title("fr") == said.title("en") or said.detail("fr") == said.detail("en")
    ]
    assert same == []


def test_no_translation_repeats_the_english() -> None:
    same = [
        f"{name}: {one.id!r}"
        for name, catalogue in catalogues("fr").items()
        for one in catalogue
        if one.id
        and one.id == one.string
        and one.id not in ALIKE
        and LETTERS.search(re.sub(r"%\(\w+\)[sd]", "", one.id))
    ]
    assert same == []


def told(*facts: object) -> Iterator[str]:
    """Every text in these facts."""
    for fact in facts:
        if isinstance(fact, str):
            yield fact
        elif is_dataclass(fact):
            yield from told(*(getattr(fact, one.name) for one in fields(fact)))


def _sentences(words: Words, language: Any) -> dict[str, str]:
    return dict(words._said[language])  # noqa: SLF001 - as they are written
