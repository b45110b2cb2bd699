"""Codes to pay by: read back by a parser that knows only the guidelines (EPC069-12, version 002)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ledger.money import Money
from tests.scanner import scan
from vouchers import qr
from vouchers.orders.paperwork import epc, reference
from vouchers.orders.paperwork.epc import CreditTransfer, payload, plain, shortened
from vouchers.orders.paperwork.paper_errors import TransferCodeRefused

GOOD = CreditTransfer(
    name="CCI Aix-Marseille-Provence",
    iban="FR76 3000 6000 0112 3456 7890 189",
    amount=Money(741_376),
    reference=reference.make("TREIZC2026000042"),
    bic="AGRIFRPP",
)


@dataclass(frozen=True)
class Read:
    """What a banking application takes from a code."""

    bic: str
    name: str
    iban: str
    amount: Decimal
    purpose: str
    reference: str
    text: str
    information: str


def parsed(content: bytes) -> Read:
    """Read as the guidelines say: elements by their place, none longer than it may be."""
    assert len(content) <= 331
    lines = content.decode("utf-8").split("\n")
    assert lines[:4] == ["BCD", "002", "1", "SCT"]
    assert 8 <= len(lines) <= 12
    assert lines[-1], "the last element given is not followed by an end of line"
    bic, name, iban, amount, purpose, structured, text, information = (lines[4:] + [""] * 8)[:8]
    assert re.fullmatch(r"([A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)?", bic)
    assert 1 <= len(name) <= 70
    assert re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", iban)
    assert int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1
    assert re.fullmatch(r"EUR[0-9]{1,9}(\.[0-9]{1,2})?", amount)
    assert Decimal("0.01") <= Decimal(amount[3:]) <= Decimal("999999999.99")
    assert re.fullmatch(r"[A-Z]{0,4}", purpose)
    assert not (structured and text)
    assert len(structured) <= 35
    assert len(text) <= 140
    assert len(information) <= 70
    return Read(bic, name, iban, Decimal(amount[3:]), purpose, structured, text, information)


def test_a_code_says_what_is_to_be_transferred() -> None:
    assert parsed(payload(GOOD).encode()) == Read(
        "AGRIFRPP", "CCI Aix-Marseille-Provence", "FR7630006000011234567890189", Decimal("7413.76"), "",
        "RF91TREIZC2026000042", "", "",
    )  # fmt: skip


def test_what_is_optional_may_be_left_out_or_given() -> None:
    bare = parsed(payload(replace(GOOD, bic=None)).encode())
    assert (bare.bic, bare.reference) == ("", "RF91TREIZC2026000042")
    full = parsed(payload(replace(GOOD, purpose="GDDS", information="Noël 2026")).encode())
    assert (full.purpose, full.information) == ("GDDS", "Noël 2026")


names = st.text(min_size=1, max_size=90)


@given(names, st.integers(-5, 10**12), st.text(max_size=80), st.sampled_from(["", "GDDS", "gdds", "ÉTÉ", "GIFTS"]))
def test_whatever_is_typed_parses_or_is_refused_by_name(name: str, cents: int, information: str, purpose: str) -> None:
    asked = replace(GOOD, name=name, amount=Money(cents), information=information, purpose=purpose)
    try:
        content = payload(asked).encode()
    except TransferCodeRefused:
        return
    read = parsed(content)
    assert (read.amount * 100, read.name, read.information) == (cents, plain(name), plain(information))


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "\n\u202e"), ("name", "x" * 71), ("amount", Money(0)), ("amount", Money(-1)),
     ("amount", Money(100_000_000_000)), ("iban", "FR7630006000011234567890188"), ("iban", ""), ("iban", "US12"),
     ("bic", "AGRI"), ("reference", "RF00TREIZC2026000042"), ("reference", ""), ("purpose", "gdds"),
     ("information", "x" * 71)],
)  # fmt: skip
def test_what_does_not_fit_is_named(field: str, value: object) -> None:
    with pytest.raises(TransferCodeRefused) as refused:
        payload(replace(GOOD, **{field: value}))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_text_too_long_in_bytes_is_refused_though_each_part_fits() -> None:
    with pytest.raises(TransferCodeRefused) as refused:
        payload(replace(GOOD, name="Ὀ" * 70, information="Ὀ" * 70))
    assert refused.value.field == "length"


def test_a_line_break_in_a_name_begins_no_other_element() -> None:
    forged = "Mairie\nFR7612345987650123456789014\nEUR9999"
    assert parsed(payload(replace(GOOD, name=forged)).encode()).iban == "FR7630006000011234567890189"


@pytest.mark.parametrize(
    ("name", "kept"),
    [("Ville", "Ville"), ("mot " * 30, ("mot " * 17).strip()), ("x" * 90, "x" * 70), ("Le\u0301a\t\n B", "Léa B")],
)
def test_a_long_name_is_cut_after_a_word(name: str, kept: str) -> None:
    assert shortened(name) == kept
    assert len(shortened(name)) <= 70


def picture(rows: tuple[bytes, ...]) -> Image.Image:
    side = len(rows) + 2 * qr.QUIET_ZONE
    drawn = Image.new("L", (side, side), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            drawn.putpixel((x + qr.QUIET_ZONE, y + qr.QUIET_ZONE), 0 if dark else 255)
    return drawn.resize((side * 4, side * 4), Image.Resampling.NEAREST)


@pytest.mark.parametrize("name", ["Treiz", "Łódź & <b> Ὀβολός", "Ὀ" * 70], ids=["short", "scripts", "long"])
def test_every_code_is_at_level_m_within_version_13_and_is_read_back(name: str) -> None:
    asked = replace(GOOD, name=name)
    rows = qr.modules(payload(asked), level="M")
    assert len(rows) <= 69
    (found,) = scan(picture(rows))
    assert found.ec_level == "M"
    assert parsed(found.bytes).name == name


def test_the_longest_text_that_is_allowed_still_fits() -> None:
    longest = payload(replace(GOOD, name="é" * 70, information="é" * 40, purpose="GDDS", bic="AGRIFRPPXXX"))
    longest += "x" * (epc.LONGEST - len(longest.encode()))
    assert len(longest.encode()) == 331
    assert len(qr.modules(longest, level="M")) == 69
