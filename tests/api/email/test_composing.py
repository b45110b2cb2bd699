"""What letters say: the code in its three forms, every word in both languages, and nothing fetched from anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from html.parser import HTMLParser
from io import BytesIO
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from api.email.composing import reminder_letter, voucher_letter
from api.email.composing_holders import Found, claim_letter, confirm_reminder_letter, contested_letter, lost_letter
from api.email.composing_orders import (
    debit_failed_letter,
    money_kept_letter,
    order_cancelled_letter,
    order_issued_letter,
    order_lapsed_letter,
    order_paid_letter,
    order_placed_letter,
    payment_short_letter,
    refund_letter,
)
from api.email.composing_people import guest_link_letter, invitation_letter, sign_in_letter, trial_letter
from api.email.letters import Letter, Paper
from ledger.formats import LANGUAGES, Language
from ledger.money import Money
from tests.api.email.given import BASE, CODE, GIFT, KEY, LOOK, ORDER, TRANSFER, a_letter, envelope, picture
from tests.scanner import scan
from vouchers.codes import read, spell
from vouchers.orders.paying import Kept
from vouchers.rules.rule import Conditions, Rule

UNTIL: Final = date(2026, 12, 31)
LINK: Final = "https://bons.treiz.example/treiz-local/enter/abc"
HELD: Final = f"{BASE}/treiz-local/held/abc"
FOUND: Final = Found(Money.of("12,35"), UNTIL, f"{BASE}/v/1")
PAPERS: Final = (Paper("facture.pdf", b"%PDF"),)
SPENT: Final = replace(GIFT, left=Money.of("12,35"), giver=None, message="", logo=None)
KEPT: Final = Kept("paid", came=Money.of("50"), kept=Money.of("50"), debt=Money.of("0"))

EVERY: Final[dict[str, Callable[[Language], Letter]]] = {
    "voucher": lambda one: voucher_letter(envelope(language=one), LOOK, GIFT),
    "voucher again": lambda one: voucher_letter(envelope(language=one), LOOK, replace(SPENT, again=True)),
    "reminder": lambda one: reminder_letter(envelope(language=one), LOOK, GIFT, days=60),
    "reminder soon": lambda one: reminder_letter(envelope(language=one), LOOK, SPENT, days=15),
    "reminder tomorrow": lambda one: reminder_letter(envelope(language=one), LOOK, SPENT, days=1),
    "reminder today": lambda one: reminder_letter(envelope(language=one), LOOK, SPENT, days=0),
    "placed": lambda one: order_placed_letter(
        envelope(language=one), LOOK, ORDER, transfer=TRANSFER, papers=PAPERS
    ),
    "placed by card": lambda one: order_placed_letter(envelope(language=one), LOOK, ORDER, transfer=None),
    "paid": lambda one: order_paid_letter(envelope(language=one), LOOK, ORDER, deliver_on=date(2026, 12, 20)),
    "paid now": lambda one: order_paid_letter(envelope(language=one), LOOK, ORDER, deliver_on=None),
    "issued": lambda one: order_issued_letter(
        envelope(language=one), LOOK, ORDER, handing="email", deliver_on=date(2026, 12, 20), papers=PAPERS
    ),
    "issued one": lambda one: order_issued_letter(
        envelope(language=one), LOOK, replace(ORDER, vouchers=1, label=""), handing="sheets", deliver_on=None
    ),
    "issued links": lambda one: order_issued_letter(
        envelope(language=one), LOOK, ORDER, handing="links", deliver_on=date(2026, 12, 20)
    ),
    "short": lambda one: payment_short_letter(
        envelope(language=one), LOOK, ORDER, received=Money.of("7125"),
        transfer=replace(TRANSFER, amount=Money.of("1"), bic=None, before=None),
    ),
    "placed by debit": lambda one: order_placed_letter(
        envelope(language=one), LOOK, ORDER, transfer=TRANSFER, debit=True, papers=PAPERS
    ),
    "debit failed": lambda one: debit_failed_letter(
        envelope(language=one), LOOK, ORDER, missing=Money.of("7126"), before=UNTIL, transfer=TRANSFER, card=True
    ),
    "debit failed, by card": lambda one: debit_failed_letter(
        envelope(language=one), LOOK, ORDER, missing=Money.of("7126"), before=UNTIL, transfer=None, card=True
    ),
    "debit failed, by transfer": lambda one: debit_failed_letter(
        envelope(language=one), LOOK, ORDER, missing=Money.of("7126"), before=UNTIL, transfer=TRANSFER, card=False
    ),
    "lapsed": lambda one: order_lapsed_letter(envelope(language=one), LOOK, ORDER),
    "cancelled": lambda one: order_cancelled_letter(envelope(language=one), LOOK, ORDER),
    **{
        f"kept, {why}": lambda one, kept=kept: money_kept_letter(envelope(language=one), LOOK, ORDER, kept)
        for why, kept in {
            "over": replace(KEPT, why="over"), "paid": KEPT, "cancelled": replace(KEPT, why="cancelled"),
            "idle": replace(KEPT, why="idle"), "owing": replace(KEPT, debt=Money.of("30")),
            "owing it all": replace(KEPT, debt=Money.of("50")),
        }.items()
    },
    "refund": lambda one: refund_letter(
        envelope(language=one), LOOK, ORDER, amount=Money.of("20"), method="card", papers=PAPERS
    ),
    "refund as credit": lambda one: refund_letter(
        envelope(language=one), LOOK, ORDER, amount=Money.of("20"), method="credit"
    ),
    "refund by transfer": lambda one: refund_letter(
        envelope(language=one), LOOK, ORDER, amount=Money.of("20"), method="transfer"
    ),
    "sign in": lambda one: sign_in_letter(envelope(language=one), LOOK, name="Anne", link=LINK, minutes=20),
    "invitation": lambda one: invitation_letter(
        envelope(language=one), LOOK, name="", link=LINK, invited_by="Anne", place="Savonnerie", until=UNTIL
    ),
    "guest": lambda one: guest_link_letter(
        envelope(language=one), LOOK, link=LINK, order=ORDER, until=UNTIL
    ),
    "guest without an order": lambda one: guest_link_letter(
        envelope(language=one), LOOK, link=LINK, order=None, until=UNTIL
    ),
    "trial": lambda one: trial_letter(envelope(language=one), LOOK),
    "keep": lambda one: claim_letter(envelope(language=one), LOOK, link=HELD, until=UNTIL),
    "confirm reminders": lambda one: confirm_reminder_letter(
        envelope(language=one), LOOK, days=(3, 60, 15), last_day=UNTIL, link=HELD, until=UNTIL
    ),
    "confirm a reminder": lambda one: confirm_reminder_letter(
        envelope(language=one), LOOK, days=(15,), last_day=UNTIL, link=HELD, until=UNTIL
    ),
    "reminder asked for": lambda one: reminder_letter(envelope(language=one), LOOK, SPENT, days=3, withdraw=HELD),
    "lost": lambda one: lost_letter(envelope(language=one), LOOK, (FOUND,), manage=HELD, until=UNTIL),
    "lost several": lambda one: lost_letter(
        envelope(language=one), LOOK, (FOUND, replace(FOUND, link=f"{BASE}/v/2")), manage=HELD, until=UNTIL
    ),
    "contested": lambda one: contested_letter(envelope(language=one), LOOK, manage=HELD, until=UNTIL),
}  # fmt: skip


class Seen(HTMLParser):
    """What a person finds in HTML: words, links, pictures; and what is wrong with its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words, self.links, self.sources = list[str](), list[str](), list[str]()
        self.tags, self.open, self.language, self.hidden = list[str](), list[str](), "", 0
        self.feed(html)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append(tag)
        self.links += [told["href"] or ""] if "href" in told else []
        self.sources += [told["src"] or ""] if "src" in told else []
        self.language = told.get("lang") or self.language
        if tag == "img":
            assert "alt" in told
        if tag == "table":
            assert told.get("role") == "presentation" or "tint" in (told.get("class") or "")
        if tag not in {"meta", "br", "img"}:
            self.open.append(tag)
        if "display:none" in (told.get("style") or ""):
            self.hidden = len(self.open)

    def handle_endtag(self, tag: str) -> None:
        self.hidden = 0 if self.hidden == len(self.open) else self.hidden
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.hidden and self.open and self.open[-1] not in {"style", "title"}:
            self.words += data.split()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERY)
def test_every_letter_says_the_same_in_both_parts_and_fetches_nothing(name: str, language: Language) -> None:
    letter = EVERY[name](language)
    seen = Seen(letter.html)
    assert seen.language == language
    assert not {"script", "link", "iframe", "form", "object", "video"} & set(seen.tags)
    assert all(source.startswith("cid:") for source in seen.sources)
    assert len(seen.sources) == len(letter.images)
    assert all(one.startswith("https://bons.treiz.example/") for one in seen.links)
    assert set(seen.links) <= set(re.findall(r"https://\S+", letter.plain))
    assert "url(" not in letter.html
    assert not re.search(r"\{\w+\}|None|Undefined", letter.plain + " ".join(seen.words))
    assert set(re.findall(r"\w+", " ".join(seen.words))) <= set(re.findall(r"\w+", letter.plain))
    assert letter.written().content


def test_the_code_comes_as_a_picture_a_link_and_letters() -> None:
    letter = a_letter()
    (qr, _logo) = letter.images
    picture = Image.open(BytesIO(qr.png))
    (found,) = scan(picture)
    assert found.text == GIFT.link
    assert read(found.text, {2: KEY})
    assert f'width="{picture.width // 2}" height="{picture.height // 2}"' in letter.html
    assert picture.width // 2 >= 200
    quiet = 4 * 12
    assert {picture.getpixel((x, y)) for x in range(quiet) for y in range(picture.height)} == {255}
    assert spell(CODE.typed) in letter.html
    assert f"\n{spell(CODE.typed)}\n" in letter.plain
    assert f"\n{GIFT.link}\n" in letter.plain
    assert f'href="{GIFT.link}"' in letter.html


def test_a_picture_of_a_code_is_read_when_shown_small_and_on_a_dark_page() -> None:
    (qr, _logo) = a_letter().images
    shown = Image.open(BytesIO(qr.png)).convert("L").resize((246, 246), Image.Resampling.BILINEAR)
    page = Image.new("L", (390, 500), 14)
    page.paste(shown, (70, 90))
    (found,) = scan(page)
    assert found.text == GIFT.link


@pytest.mark.parametrize(
    ("language", "sum_", "day"), [("fr", "12,35 €", "31/12/2027"), ("en", "€12.35", "31 December")]
)
def test_who_offers_what_is_left_and_until_when_stand_in_the_letter(language: Language, sum_: str, day: str) -> None:
    letter = voucher_letter(envelope(language=language), LOOK, replace(GIFT, left=Money.of("12,35")))
    for words in (sum_, "50", day, "Savonnerie A & B <b>", "Łucja Ὀβολός", "CCI Aix-Marseille-Provence", "bonjour@"):
        assert words in letter.plain.replace("\u00a0", " "), words
    assert "Savonnerie A & B <b>" in letter.subject
    assert "> <script>alert(1)</script>" in letter.plain
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in letter.html


def test_a_limited_voucher_says_where_it_is_taken_in_the_letter_and_in_the_reminder() -> None:
    limited = replace(GIFT, rule=Rule(UUID(int=1), "Librairies", Conditions(trades=("47.61Z",))))
    for letter in (voucher_letter(envelope(), LOOK, limited), reminder_letter(envelope(), LOOK, limited, days=9)):
        assert "À dépenser dans les librairies." in letter.plain
        assert "À dépenser dans les librairies." in letter.html


def test_a_reissued_voucher_says_that_the_old_code_is_dead() -> None:
    assert "l'ancien code ne fonctionne plus" in a_letter(again=True).plain
    assert "l'ancien code ne fonctionne plus" not in a_letter().plain


@pytest.mark.parametrize(
    ("days", "subject"),
    [
        (60, "Il vous reste 50,00 € à dépenser jusqu'au 31/12/2027"),
        (15, "Plus que 15 jours pour dépenser vos 50,00 €"),
        (1, "Plus qu'un jour pour dépenser vos 50,00 €"),
        (0, "Dernier jour pour dépenser vos 50,00 €"),
    ],
)
def test_a_reminder_grows_urgent_as_the_day_comes_near(days: int, subject: str) -> None:
    letter = reminder_letter(envelope(), LOOK, GIFT, days=days)
    assert letter.subject.replace("\u00a0", " ") == subject
    assert spell(CODE.typed) in letter.plain


def test_a_reminder_that_was_asked_for_is_ended_by_one_click_and_no_other_letter_offers_that() -> None:
    """RFC 8058: both headers, or none."""
    asked = message_from_bytes(EVERY["reminder asked for"]("fr").written().content)
    assert asked["List-Unsubscribe"] == f"<{HELD}>"
    assert asked["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for name in set(EVERY) - {"reminder asked for"}:
        other = message_from_bytes(EVERY[name]("fr").written().content)
        assert other["List-Unsubscribe"] is None, name
        assert other["List-Unsubscribe-Post"] is None, name


def test_a_letter_that_asks_first_says_nothing_of_the_voucher() -> None:
    """It may have been sent to a stranger, by somebody who mistyped."""
    for name in ("keep", "confirm reminders", "contested"):
        letter = EVERY[name]("fr")
        assert "/v/" not in letter.plain
        assert not letter.images
        assert "€" not in letter.plain


def test_distances_are_listed_as_people_say_them() -> None:
    assert "des rappels 60, 15 et 3 jours avant" in EVERY["confirm reminders"]("fr").plain
    assert "reminders 60, 15 and 3 days before" in EVERY["confirm reminders"]("en").plain
    assert "un rappel 15 jours avant" in EVERY["confirm a reminder"]("fr").plain


def test_what_a_transfer_needs_can_be_copied_from_the_letter() -> None:
    plain = EVERY["placed"]("fr").plain.replace("\u00a0", " ")
    for words in ("7 126,00 €", "FR76 3000 6000 0112 3456 7890 189", "AGRIFRPP", "RF18 5390 0754 7034", "15/01/2027"):
        assert words in plain


def test_who_pays_by_debit_is_asked_for_no_transfer_until_it_failed() -> None:
    under_way = EVERY["placed by debit"]("fr").plain.replace("\u00a0", " ")
    assert "Votre prélèvement est en route : il n'y a rien d'autre à payer." in under_way
    assert "IBAN" not in under_way
    failed = EVERY["debit failed"]("fr").plain.replace("\u00a0", " ")
    for words in (
        "il reste 7 126,00 € à régler",
        "jusqu'au 31/12/2026",
        "FR76 3000 6000 0112 3456 7890 189",
        "par carte",
    ):
        assert words in failed, words


def test_what_pays_a_debt_first_is_said_and_only_what_stays_is_offered_for_use() -> None:
    part = EVERY["kept, owing"]("fr").plain.replace("\u00a0", " ")
    assert "30,00 € règlent d'abord ce que vous deviez pour d'autres commandes." in part
    assert "20,00 € restent à vous, en solde disponible." in part
    whole = EVERY["kept, owing it all"]("fr").plain.replace("\u00a0", " ")
    assert "50,00 € règlent ce que vous deviez" in whole
    assert "solde disponible" not in whole
    assert "bonjour@treiz.example" in part


@pytest.mark.parametrize(
    ("width", "height", "shown"),
    [(600, 200, (216, 72)), (2000, 100, (220, 11)), (40, 40, (40, 40)), (1, 3000, (1, 72))],
)
def test_a_logo_of_any_shape_fits(width: int, height: int, shown: tuple[int, int]) -> None:
    letter = a_letter(logo=replace(GIFT.logo, png=picture(width, height), width=width, height=height))
    assert f'width="{shown[0]}" height="{shown[1]}"' in letter.html


@given(who=st.text(max_size=300), by=st.text(max_size=300), message=st.text(max_size=300))
@settings(max_examples=60)
def test_whatever_people_are_called_the_letter_can_be_sent(who: str, by: str, message: str) -> None:
    letter = a_letter(beneficiary=who, giver=by, message=message)
    Seen(letter.html)
    assert letter.written().content
    assert len(letter.subject) < 150


def test_answers_go_to_the_programme_only_if_its_contact_is_an_address() -> None:
    assert voucher_letter(envelope(), replace(LOOK, contact="04 91 00 00 00"), GIFT).reply_to is None
    assert a_letter().reply_to == "bonjour@treiz.example"
