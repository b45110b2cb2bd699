"""Whatever a settlement comes to, it can be invoiced, or has nothing to be invoiced: closing never fails for that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.days import Period
from ledger.ids import new_id
from ledger.money import ZERO, Money, total
from merchants.commission.prices import Price
from merchants.commission.words import reckoned
from merchants.facts import made, plain
from merchants.invoices import schema
from merchants.invoices.cii import cii_of
from merchants.invoices.invoice import CommissionInvoice, Corrected
from merchants.invoices.issuing import gives_back, made_out
from merchants.invoices.words import reckoned as told
from merchants.movements import REDEMPTION, UNDO, Moved
from merchants.settlements.closing import columns
from merchants.settlements.figures import VAT_UNITS, Brought, Figures, figures
from merchants.shops.queries import ShopView
from merchants.tables import Settlement
from tests.given import TERMS
from tests.merchants.invoices.judges import EN_16931, FRANCE, faults
from tests.merchants.invoices.sample import CUSTOMER
from tests.merchants.test_any_split import Rules, histories, moved, rules, settle, splits

PERIOD: Final = Period.month("2026-10")
DAY: Final = date(2026, 11, 3)
NOON: Final = datetime(2026, 11, 3, 11, tzinfo=UTC)
SHOP: Final = ShopView(
    id=new_id(), siret=CUSTOMER.siret, name=CUSTOMER.sign, legal_name=CUSTOMER.legal_name, street=CUSTOMER.street,
    postcode=CUSTOMER.postcode, commune=CUSTOMER.commune, commune_code=None, naf="56.30Z", trade="bar", email=None,
    vat_number=None, iban=None, bic=None, latitude=None, longitude=None, status="accepted", status_at=NOON,
    registered_at=NOON,
)  # fmt: skip
FRENCH: Final = st.sampled_from([0, 210, 550, 850, 1_000, 2_000])
RATES: Final = FRENCH | st.integers(0, 10_000)


def invoiced(by: Figures, **changes: object) -> CommissionInvoice | None:
    """As closing does it; with nothing to charge, nothing."""
    if not by.commission and not by.vat:
        return None
    row = {"number": "TREIZ-2026-000001", "shop_id": SHOP.id, "issued_on": DAY, **columns(by), **changes}
    settled = Settlement(id=new_id(), **row)
    corrects = (Corrected("TREIZFC-2026-000001", DAY),) if gives_back(settled) else ()
    return made_out(
        settled, number="TREIZFC-2026-000002", period=PERIOD, issued_on=DAY, at=NOON, shop=SHOP, corrects=corrects,
        terms=replace(TERMS, vat_number=None),
    )  # fmt: skip


def agree(invoice: CommissionInvoice, by: Figures) -> None:
    """Figures and invoice say the same; what it says is what is kept of it."""
    sign = -1 if invoice.is_credit else 1
    assert (invoice.net * sign, invoice.vat * sign) == (by.commission, by.vat)
    charged = [part for part in by.vat_parts if part[1] or part[2]]
    assert [(part.rate_bp, part.net * sign, part.vat * sign) for part in invoice.taxes] == charged
    assert invoice.gross >= ZERO
    assert bool(invoice.exemption) == any(not rate for rate, _, _ in charged)
    if by.carried_forward >= ZERO:
        assert not invoice.due, "who is owed something, owes nothing"
    assert made(CommissionInvoice, plain(invoice)) == invoice
    if not invoice.is_credit:
        assert told(invoice) == f"Calcul : {' ; '.join(reckoned(by.commission_parts, by.before.commission, 'fr'))}."


@st.composite
def odd_figures(draw: st.DrawFn, of: st.SearchStrategy[int] = RATES) -> Figures:
    """Few cents, rests brought in, and a rate of VAT that changes: where rounding shows."""
    days = st.integers(0, 9)
    some = st.lists(st.tuples(st.sampled_from([REDEMPTION, UNDO]), st.integers(1, 60), days), max_size=6)
    movements = [
        moved(kind, cents if kind == REDEMPTION else -cents, sold, 9, cents) for kind, cents, sold in draw(some)
    ]
    rates, price = draw(st.tuples(of, of, of)), draw(st.integers(0, 1_500))
    before = Brought(
        Money(draw(st.integers(-500, 500))), draw(st.integers(-5_000, 4_999)),
        draw(st.integers(-VAT_UNITS // 2, VAT_UNITS // 2 - 1)),
    )  # fmt: skip
    return figures(
        movements, price_on=lambda _day: Price(price), vat_on=lambda day: rates[day.day % 3], vat_today=rates[0],
        before=before,
    )  # fmt: skip


def with_most_rates(history: list[Moved], by: Rules, cuts: list[int]) -> Figures:
    """Of a shop's settlements the one that is hardest to invoice."""
    return max(settle(history, cuts, by), key=lambda one: len(one.vat_parts))


@settings(max_examples=60, deadline=None)
@given(odd_figures())
def test_whatever_rounding_and_changes_of_rate_come_to_can_be_invoiced(by: Figures) -> None:
    if invoice := invoiced(by):
        agree(invoice, by)


@settings(max_examples=40, deadline=None)
@given(histories(), rules, splits)
def test_invoices_and_credit_notes_of_any_split_are_what_the_settlements_charge(
    history: list[Moved], by: Rules, cuts: list[int]
) -> None:
    settlements = settle(history, cuts, by)
    invoices = [invoiced(one) for one in settlements]
    for one, invoice in zip(settlements, invoices, strict=True):
        if invoice:
            agree(invoice, one)
    signed = [one.gross * (-1 if one.is_credit else 1) for one in invoices if one]
    assert total(signed) == total([one.commission + one.vat for one in settlements])


@settings(max_examples=12, deadline=None)
@given(odd_figures(FRENCH) | st.builds(with_most_rates, histories(), rules, splits))
def test_any_of_them_holds_to_the_schema_and_to_all_rules(by: Figures) -> None:
    if invoice := invoiced(by):
        xml = cii_of(invoice)
        schema.assert_valid(xml)
        assert faults(xml) == {EN_16931: [], FRANCE: []}


SOLD: Final = [moved(REDEMPTION, 100_00, 0, 0, 100_00)]
PLAIN: Final = figures(SOLD, price_on=lambda _day: Price(300), vat_on=lambda _day: 2_000, vat_today=2_000)


def test_a_calculation_that_does_not_come_to_what_is_charged_is_left_out() -> None:
    right, wrong = invoiced(PLAIN), invoiced(PLAIN, commission_parts={"300": 100_17})
    assert right
    assert wrong
    assert (told(right), told(wrong)) == ("Calcul : 3\u00a0% de 100,00\u00a0€.", "")
    assert (right.net, right.taxes) == (wrong.net, wrong.taxes)


def test_what_was_settled_before_parts_were_kept_has_the_one_rate_of_its_settlement() -> None:
    assert invoiced(PLAIN, vat_parts={}) == invoiced(PLAIN)


def test_what_a_shop_is_owed_from_before_pays_for_a_commission_above_its_takings() -> None:
    made = [
        invoiced(figures(
            SOLD, price_on=lambda _day: Price(10_000), vat_on=lambda _day: 2_000, vat_today=2_000,
            before=Brought(Money(brought)),
        ))
        for brought in (-5_00, 0, 15_00, 25_00)
    ]  # fmt: skip
    assert [one.due for one in made if one] == [Money.of("20,00"), Money.of("20,00"), Money.of("5,00"), ZERO]


@pytest.mark.parametrize(
    ("by_rate", "kind", "taxes"),
    [
        ({"0": [3_10, 0], "2000": [-3_00, -60]}, "credit_note", ((0, -3_10, 0), (2_000, 3_00, 60))),
        ({"0": [-3_10, 0], "2000": [3_00, 60]}, "invoice", ((0, -3_10, 0), (2_000, 3_00, 60))),
        ({"0": [3_60, 0], "2000": [-3_00, -60]}, "invoice", ((0, 3_60, 0), (2_000, -3_00, -60))),
        ({"0": [-3_60, 0], "2000": [3_00, 60]}, "credit_note", ((0, 3_60, 0), (2_000, -3_00, -60))),
        ({"1000": [0, -1]}, "credit_note", ((1_000, 0, 1),)),
        ({"1000": [1, 0], "2000": [0, 0]}, "invoice", ((1_000, 1, 0),)),
    ],
)
def test_what_it_comes_to_with_vat_decides_whether_it_is_a_credit_note_and_if_that_is_nothing_what_is_without(
    by_rate: dict[str, list[int]], kind: str, taxes: tuple[tuple[int, int, int], ...]
) -> None:
    commission, vat = (sum(one) for one in zip(*by_rate.values(), strict=True))
    made = invoiced(PLAIN, vat_parts=by_rate, commission=commission, vat=vat)
    assert made
    assert made.kind == kind
    assert tuple((part.rate_bp, part.net.cents, part.vat.cents) for part in made.taxes) == taxes
    assert faults(cii_of(made)) == {EN_16931: [], FRANCE: []}
