"""What is read from a form, and what is said beside a field that cannot be read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from api.pages.forms import GENERAL, Form
from ledger.errors import AccountUnknown, Overdrawn
from ledger.ids import new_id
from ledger.money import Money


def typed(text: str) -> Form:
    return Form("en", {"it": [text]}, sent=True)


@pytest.mark.parametrize(
    ("reading", "text", "read"),
    [
        ("number", " 1 400 ", 1_400),
        ("number", "0", 0),
        ("money", "12,50", Money(1_250)),
        ("money", "1 250 €", Money(125_000)),
        ("day", "2026-10-31", date(2026, 10, 31)),
        ("day", "31/10/2026", date(2026, 10, 31)),
        ("day", "1.2.2027", date(2027, 2, 1)),
        ("text", "  Łódź\n ", "Łódź"),
    ],
)
def test_what_people_type_is_read(reading: str, text: str, read: object) -> None:
    form = typed(text)
    assert getattr(form, reading)("it") == read
    assert form.valid


@pytest.mark.parametrize(
    ("reading", "text", "bounds", "said"),
    [
        ("number", "", {}, "Fill in this field."),
        ("number", "many", {}, "Write a whole number, such as 140."),
        ("number", "-3", {}, "Write a whole number, such as 140."),
        ("number", "²", {}, "Write a whole number, such as 140."),
        ("number", "٣", {}, "Write a whole number, such as 140."),
        ("number", "1.5", {}, "Write a whole number, such as 140."),
        ("number", "9" * 40, {}, "Shorten this: 30 characters at most."),
        ("number", "0", {"least": 1}, "Write 1 or more."),
        ("number", "11", {"most": 10}, "Write 10 or less."),
        ("money", "ten", {}, "Write an amount in euros, such as 50 or 12,50."),
        ("money", "1", {"least": Money(500)}, "Write €5.00 or more."),
        ("money", "200", {"most": Money(15_000)}, "Write €150.00 or less."),
        ("day", "31/02/2026", {}, "Write a day as day/month/year, such as 31/10/2026."),
        ("day", "tomorrow", {}, "Write a day as day/month/year, such as 31/10/2026."),
        ("day", "1/2", {}, "Write a day as day/month/year, such as 31/10/2026."),
        ("day", "10/31/2026", {}, "Write a day as day/month/year, such as 31/10/2026."),
        ("text", "  ", {}, "Fill in this field."),
        ("text", "x" * 11, {"most": 10}, "Shorten this: 10 characters at most."),
        ("file", "a.csv", {}, "Choose a file."),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field_and_kept(
    reading: str, text: str, bounds: dict[str, Any], said: str
) -> None:
    form = typed(text)
    getattr(form, reading)("it", **bounds)
    assert form.faults == {"it": said}
    assert form.shown("it") == text


def test_an_answer_that_was_not_offered_is_none() -> None:
    form = typed("gold")
    assert form.one_of("it", ["card", "transfer"]) == ""
    assert form.fault("it") == "Choose one of the answers offered."
    assert Form().one_of("it", ["card"], required=False) == ""
    assert form.identifier("it") is None


def test_what_may_be_left_out_is_nothing_and_no_fault() -> None:
    form = Form()
    read = [form.number("a", required=False), form.money("b", required=False), form.day("c", required=False)]
    assert [*read, form.file("d", required=False)] == [None] * 4
    assert form.text("e", required=False) == ""
    assert form.valid


def test_the_first_thing_said_of_a_field_stays() -> None:
    form = Form("en")
    form.text("it")
    form.say("it", "Another sentence")
    assert form.faults == {"it": "Fill in this field."}


def test_a_refusal_stands_beside_the_field_that_it_is_about_or_over_the_form() -> None:
    form = Form("en")
    form.refuse(Overdrawn(), {Overdrawn: "amount"})
    form.refuse(AccountUnknown(account=new_id()), {Overdrawn: "amount"})
    assert list(form.faults) == ["amount", GENERAL]


def test_a_form_begins_as_the_page_likes_and_then_shows_what_was_sent() -> None:
    begun = Form(begins={"name": ["Aïcha"], "days": ["mon", "tue"]})
    assert begun.shown("name", "nobody") == "Aïcha"
    assert [begun.chosen("days", day, "wed") for day in ("mon", "tue", "wed")] == [True, True, False]
    assert begun.chosen("agreed", "yes", "yes")
    sent = Form(typed={"name": [""]}, begins={"name": ["Aïcha"]}, sent=True)
    assert sent.shown("name") == ""
    assert not sent.chosen("agreed", "yes", "yes"), "a box that was sent without a tick has none"
