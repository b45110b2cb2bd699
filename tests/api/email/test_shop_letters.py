"""Letters to shops say what they must in both languages, and what people typed stays words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

import pytest

from api.email import composing_shops as c
from api.email.composing import Look
from api.email.composing_shops import BankFacts
from api.email.letters import Envelope, Letter
from ledger.formats import LANGUAGES, Language
from ledger.ids import new_id

LOOK: Final = Look("Treiz'Local", "CCI <Marseille>", "bonjour@treiz.example", "https://treiz.example/treiz/")
SHOP: Final = "A & B <b>\r\nBcc: x@evil.example"
LINK: Final = "https://treiz.example/treiz/join/invited/" + "k" * 43
DAY: Final = date(2026, 12, 24)
BANK: Final = BankFacts("FR76 •••• •••• 0189", "01/12/2026 à 10:30", first=False)


def envelope(language: Language) -> Envelope:
    return Envelope(
        new_id(), "bar@plaine.example", "Treiz <no@treiz.example>", datetime(2026, 11, 22, tzinfo=UTC), language
    )


LETTERS: Final[dict[str, Callable[[Envelope], Letter]]] = {
    "invitation": lambda to: c.shop_invitation_letter(
        to, LOOK, shop=SHOP, message="Je <passe>", link=LINK, until=DAY, again=False
    ),
    "reminder": lambda to: c.shop_invitation_letter(to, LOOK, shop=SHOP, message="", link=LINK, until=DAY, again=True),
    "application": lambda to: c.application_letter(to, LOOK, name="Jeanne", shop=SHOP, link=LINK, until=DAY),
    "welcome": lambda to: c.welcome_letter(to, LOOK, name="Jeanne", shop=SHOP, link=LINK, until=DAY),
    "declined": lambda to: c.declined_letter(to, LOOK, name="Jeanne", shop=SHOP, reason="Hors <zone>"),
    "asked": lambda to: c.bank_letter(to, LOOK, "asked", shop=SHOP, link=LINK, bank=BANK),
    "first": lambda to: c.bank_letter(to, LOOK, "asked", shop=SHOP, link=LINK, bank=BankFacts("FR76", "x", first=True)),
    "cancelled": lambda to: c.bank_letter(to, LOOK, "cancelled", shop=SHOP, link=LINK, bank=BANK),
    "applied": lambda to: c.bank_letter(to, LOOK, "applied", shop=SHOP, link=LINK, bank=BANK),
}


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_to_a_shop_says_the_same_in_plain_and_in_html_in_both_languages(name: str) -> None:
    french, english = (LETTERS[name](envelope(language)) for language in LANGUAGES)
    assert french.subject != english.subject
    for letter in (french, english):
        assert "\n" not in letter.subject
        assert "<b>" not in letter.html.replace("<b ", "")
        assert "<passe>" not in letter.html
        assert "<zone>" not in letter.html
        assert "{" not in letter.plain
        assert letter.reply_to == "bonjour@treiz.example"
        if name != "declined":
            assert LINK in letter.plain
            assert LINK in letter.html


def test_a_letter_about_an_account_shows_it_masked_and_says_what_to_do() -> None:
    asked = LETTERS["asked"](envelope("fr"))
    assert BANK.masked in asked.plain
    assert BANK.holds_from in asked.plain
    assert "Annulez-la" in asked.plain
    assert "premier compte" in LETTERS["first"](envelope("fr")).plain
    assert BANK.masked not in LETTERS["cancelled"](envelope("fr")).plain
