"""The bank's file: whatever is put into it, either it is refused by name, or the bank takes it as it stands."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Final, TypeVar

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from ledger.errors import Refusal
from ledger.money import Money
from merchants.errors import BicInvalid, IbanInvalid, IbanOutsideSepa
from merchants.payouts.credit_transfers import (
    MOST,
    NAMESPACE,
    XSD,
    Account,
    CreditTransfer,
    credit_transfers,
)
from merchants.payouts.errors import (
    NameNotSendable,
    NothingToPay,
    PayoutAmountOutOfBounds,
    PayoutReferenceRefused,
)
from merchants.payouts.sepa_text import LONGEST_NAME, sendable, sendable_name
from merchants.payouts.target_days import is_target_day
from tests.given import paris
from tests.thoroughness import examples

T = TypeVar("T")

AT: Final = paris("2026-12-04T09:00")
DAY: Final = date(2026, 12, 7)
DEBTOR: Final = Account("CCI Aix-Marseille-Provence", "FR7630006000011234567890189", "AGRIFRPP")
BAR: Final = CreditTransfer(
    "TREIZV-2026-000001-0001", Account("Bar Pierre", "DE89370400440532013000"), Money(12_50), "TREIZ-2026-000007 Treiz"
)
IBANS: Final = (
    "FR7630006000011234567890189", "DE89370400440532013000", "BE68539007547034", "MT84MALT011000012345MTLCAST001S",
    "MC5811222000010123456789030", "GB29NWBK60161331926819", "CH9300762011623852957",
)  # fmt: skip
ALPHABET: Final = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]+")
"""Source: EPC132-08, written down here once more."""


def made(*transfers: CreditTransfer, message: str = "TREIZV-2026-000001", debtor: Account = DEBTOR) -> bytes:
    return credit_transfers(transfers, message=message, debtor=debtor, execution_day=DAY, at=AT)


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(file=XSD)


def said(file: bytes, path: str) -> list[str]:
    """The texts of the elements of this path within the file."""
    found = etree.fromstring(file).iterfind(".//" + "/".join(f"{{{NAMESPACE}}}{part}" for part in path.split("/")))
    return [one.text or "" for one in found]


def divides(iban: str) -> bool:
    """ISO 7064, by hand."""
    return int("".join(str(int(one, 36)) for one in iban[4:] + iban[:4])) % 97 == 1


def mostly(right: st.SearchStrategy[T], odd: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """One of eight is odd: with four things to draw, half of the files are refused for one, and half are made."""
    return st.integers(0, 7).flatmap(lambda drawn: odd if drawn == 0 else right)


names = st.one_of(
    st.text(max_size=90),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F), min_size=1, max_size=90),
    st.text("aÉœŁß/'&<> -", max_size=90),
    st.sampled_from(["Fournil Łódź", "A & B <b>", "Ὀβολός", "//", "寿司", "x" * 69 + "é/é", "ﬁnesse №½", "Їжак"]),
)
ibans = mostly(
    st.sampled_from(IBANS),
    st.one_of(
        st.text("0123456789ABFR ", max_size=30),
        st.builds(
            lambda iban, at, to: iban[:at] + to + iban[at + 1 :],
            st.sampled_from(IBANS), st.integers(0, 14), st.sampled_from("0123456789Af"),
        ),
    ),
)  # fmt: skip
cents = mostly(st.integers(1, MOST.cents), st.sampled_from([-1, 0, 1, 9, 10, 99, 100, MOST.cents, MOST.cents + 1]))
days = mostly(st.just(3), st.one_of(st.integers(-3, 20), st.integers(360, 370))).map(
    lambda count: AT.date() + timedelta(days=count)
)


@settings(max_examples=examples(60))
@given(name=names, iban=ibans, amount=cents, day=days, other=cents)
def test_whatever_is_paid_to_whomever_either_a_refusal_says_why_or_the_bank_takes_it(
    name: str, iban: str, amount: int, day: date, other: int
) -> None:
    try:
        first = CreditTransfer(
            "V-1", Account(sendable_name(name), iban), Money(amount), sendable(f"R {name}", most=140)
        )
        second = replace(BAR, amount=Money(other))
        file = credit_transfers([first, second], message="V", debtor=DEBTOR, execution_day=day, at=AT)
    except Refusal:
        return
    schema().assertValid(etree.fromstring(file))
    creditor, _ = said(file, "Cdtr/Nm")
    assert creditor == first.to.name
    assert len(creditor) <= LONGEST_NAME
    for text in (*said(file, "Nm"), *said(file, "Ustrd"), *said(file, "EndToEndId"), *said(file, "MsgId")):
        assert ALPHABET.fullmatch(text)
        assert text == text.strip(" /")
        assert "//" not in text
    assert said(file, "CdtrAcct/Id/IBAN") == [iban, BAR.to.iban]
    assert divides(iban)
    assert iban[:2] in {one[:2] for one in IBANS}
    assert [Money.of(one).cents for one in said(file, "InstdAmt")] == [amount, other]
    assert all(1 <= one <= MOST.cents for one in (amount, other))
    assert {Money.of(one).cents for one in said(file, "CtrlSum")} == {amount + other}
    assert said(file, "EndToEndId") == ["V-1", BAR.reference]
    assert said(file, "ReqdExctnDt/Dt") == [day.isoformat()]
    assert is_target_day(day)
    assert AT.date() <= day <= date(2027, 12, 4)


@settings(max_examples=examples(60))
@given(names)
def test_a_name_that_is_sent_is_shown_as_it_is_sent(name: str) -> None:
    try:
        sent = sendable_name(name)
    except NameNotSendable:
        assert not re.search(r"[A-Za-z0-9]", name[:LONGEST_NAME])
        return
    assert sendable_name(sent) == sent
    assume(ALPHABET.fullmatch(name) and name == " ".join(name.split()) and "/" not in name)
    assert sent == name[:LONGEST_NAME].strip()


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("Fournil Łódź", "Fournil Lodz"), ("Café de l’Œuf", "Cafe de l'Oeuf"), ("A & B <b>", "A + B .b."),
        ("Ὀβολός", "Ovolos"), ("Їжак", "Izhak"), ("Straße / GROẞ", "Strasse / GROSS"), ("Bar//Tabac/", "Bar/Tabac"),
        ("Bar\u200bPierre\t2", "BarPierre 2"), ("寿司 Bar", "Bar"), ("e\u0301pice", "epice"),
    ],
)  # fmt: skip
def test_names_are_written_in_the_letters_that_every_bank_passes_on(name: str, sent: str) -> None:
    assert sendable_name(name) == sent


def test_the_same_facts_make_the_same_bytes_and_others_do_not() -> None:
    assert made(BAR) == made(BAR)
    assert said(made(BAR), "CreDtTm") == ["2026-12-04T09:00:00"]
    assert said(made(BAR), "PmtInfId") == said(made(BAR), "MsgId") == ["TREIZV-2026-000001"]
    assert made(BAR) != made(replace(BAR, amount=Money(12_51)))
    later = credit_transfers([BAR], message="M", debtor=DEBTOR, execution_day=DAY, at=AT + timedelta(seconds=1))
    assert later != credit_transfers([BAR], message="M", debtor=DEBTOR, execution_day=DAY, at=AT)


def test_banks_are_named_where_they_are_known_and_no_address_is_sent() -> None:
    file = made(replace(BAR, to=replace(BAR.to, bic="COBADEFFXXX")), debtor=replace(DEBTOR, bic=None))
    assert said(file, "BICFI") == ["COBADEFFXXX"]
    assert said(file, "DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"]
    assert said(made(BAR), "DbtrAgt/FinInstnId/BICFI") == ["AGRIFRPP"]
    assert b"PstlAdr" not in file
    assert said(file, "SvcLvl/Cd") == ["SEPA"]


def account(**changes: str) -> CreditTransfer:
    return replace(BAR, to=replace(BAR.to, **changes))


@pytest.mark.parametrize(
    ("transfers", "refusal"),
    [
        ([], NothingToPay),
        ([BAR, BAR], PayoutReferenceRefused),
        ([replace(BAR, reference="")], PayoutReferenceRefused),
        ([replace(BAR, reference="x" * 36)], PayoutReferenceRefused),
        ([replace(BAR, reference="/x")], PayoutReferenceRefused),
        ([replace(BAR, reference="a//b")], PayoutReferenceRefused),
        ([replace(BAR, reference="é")], PayoutReferenceRefused),
        ([replace(BAR, remittance="é")], PayoutReferenceRefused),
        ([replace(BAR, amount=Money(0))], PayoutAmountOutOfBounds),
        ([replace(BAR, amount=Money(MOST.cents + 1))], PayoutAmountOutOfBounds),
        ([account(iban="DE89370400440532013001")], IbanInvalid),
        ([account(iban="DE89 3704 0044 0532 0130 00")], IbanInvalid),
        ([account(iban="US12345678901234567")], Refusal),
        ([account(iban="TN5910006035183598478831")], IbanOutsideSepa),
        ([account(bic="NOBANK")], BicInvalid),
        ([account(name="Łódź")], NameNotSendable),
        ([account(name="x" * 71)], NameNotSendable),
    ],
)
def test_what_the_library_would_take_and_no_bank_would_is_refused(
    transfers: list[CreditTransfer], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        made(*transfers)
