"""Invoices to draw, to write as XML and to have judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from ledger.money import Money, total
from merchants.commission.prices import CommissionPart, Price
from merchants.invoices.invoice import CommissionInvoice, Corrected, Customer, Seller, TaxPart
from merchants.invoices.words import EXEMPTION, notes_of
from tests.till import money

SELLER: Final = Seller(
    programme="Treiz'Local", legal_name="CCI Aix-Marseille-Provence", street="9 La Canebière", postcode="13001",
    commune="Marseille", siren="181300013", vat_number="FR02181300013",
    notice="Établissement public à caractère administratif", contact="bonjour@treiz.example",
)  # fmt: skip
CUSTOMER: Final = Customer(
    legal_name="SARL Forbin", sign="Bar Pierre", street="55 rue de Forbin", postcode="13002", commune="Marseille",
    siret="39009842400034", vat_number="FR35390098424",
)  # fmt: skip


def invoice(
    net: str | Money = "30,00", *, rate: int = 2_000, settled: str | Money | None = None, **changes: object
) -> CommissionInvoice:
    """An invoice of so much before VAT, paid in whole unless something else is told."""
    before = money(net)
    taxes: tuple[TaxPart, ...] = (TaxPart(rate, before, Money((before.cents * rate + 5_000) // 10_000)),)
    taxes = changes.get("taxes", taxes)  # type: ignore[assignment]
    before, vat = total([part.net for part in taxes]), total([part.vat for part in taxes])
    credit = changes.get("kind") == "credit_note"
    taxed = any(part.rate_bp for part in taxes)
    facts: dict[str, object] = {
        "number": "TREIZFC-2026-000001", "kind": "invoice", "issued_on": date(2026, 11, 3),
        "made_at": datetime(2026, 11, 3, 8, 0, tzinfo=UTC), "settlement": "TREIZ-2026-000001",
        "settled_on": date(2026, 11, 3), "first_day": date(2026, 10, 1), "last_day": date(2026, 10, 31),
        "seller": SELLER, "customer": CUSTOMER, "rest": 0,
        "parts": (CommissionPart(Price(300), Money(before.cents * 100 // 3), before.cents * 10_000),),
        "taxes": taxes, "net": before, "vat": vat, "settled": before + vat if settled is None else money(settled),
        "vat_on_debits": False, "exemption": "" if all(part.rate_bp for part in taxes) else EXEMPTION,
        "notes": notes_of(vat_on_debits=bool(changes.get("vat_on_debits")), credit=credit, vat=taxed),
        "corrects": (),
    }  # fmt: skip
    return CommissionInvoice(**{**facts, **changes})  # type: ignore[arg-type]


PARTS: Final = (
    CommissionPart(Price(0), Money(-7), 0),
    CommissionPart(Price(300, Money(10), Money(5), Money(12)), Money(50), 15_000),
)


def taxes(*parts: tuple[int, int, int]) -> tuple[TaxPart, ...]:
    return tuple(TaxPart(rate, Money(net), Money(vat)) for rate, net, vat in parts)


def samples() -> dict[str, CommissionInvoice]:
    """One of each kind that there is, and the odd ones."""
    corrected = (
        Corrected("TREIZFC-2026-000001", date(2026, 11, 3)),
        Corrected("TREIZFC-2026-000007", date(2026, 12, 1)),
    )
    credit = {"kind": "credit_note", "number": "TREIZFC-2026-000009", "corrects": corrected}
    odd = replace(
        CUSTOMER, legal_name='À & B <b>"Łódź" 🎁 \x0b\u202e Ὀβολός', sign="Chez l'Ami ]]>", street="  ", vat_number=None
    )
    long = replace(CUSTOMER, legal_name="Société " + "très " * 60 + "longue", sign="S" * 200, commune="C" * 200)
    return {
        "ordinary": invoice(),
        "credit": invoice("4,17", **credit),
        "on debits": invoice("1234,56", vat_on_debits=True),
        "programme outside VAT": invoice(rate=0, seller=replace(SELLER, vat_number=None, notice="")),
        "outside VAT with a number": invoice(rate=0),
        "credit outside VAT": invoice("0,01", rate=0, **credit),
        "shop outside VAT": invoice(customer=replace(CUSTOMER, vat_number=None, sign="SARL Forbin")),
        "odd names": invoice(customer=odd, seller=replace(SELLER, programme="A & B", legal_name="<i>&amp;</i>")),
        "long names": invoice(customer=long, seller=replace(SELLER, legal_name="É" * 200, notice="N" * 200)),
        "one cent": invoice("0,01", parts=()),
        "three cents": invoice("0,03", parts=PARTS, rest=14_700),
        "large": invoice("98765432,10"),
        "not all paid": invoice("10,00", settled="7,50"),
        "nothing paid": invoice("10,00", settled="0,00"),
        "another rate": invoice("19,99", rate=850),
        "became taxable": invoice(taxes=taxes((0, 20_00, 0), (2_000, 10_00, 2_00))),
        "two rates": invoice(taxes=taxes((1_000, 20_00, 2_00), (2_000, 10_00, 2_00)), vat_on_debits=True),
        "more given back at the old rate": invoice(taxes=taxes((0, 9_00, 0), (2_000, -3_00, -60))),
        "VAT of the other sign": invoice(taxes=taxes((0, 3_61, 0), (2_000, -3_00, -60))),
        "VAT and no commission": invoice(taxes=taxes((1_000, 0, 1)), parts=()),
        "commission and VAT against each other": invoice(taxes=taxes((1_000, 1, -1)), parts=()),
        "credit of two rates": invoice(taxes=taxes((0, -9_00, 0), (2_000, 10_00, 2_00)), **credit),
        "three rates, not all paid": invoice(
            taxes=taxes((0, 4_00, 0), (1_000, 0, 1), (2_000, 10_00, 2_01)), settled="7,50"
        ),
    }
