"""Papers to draw, and what is read back from them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO

import pypdfium2 as pdfium

from ledger.formats import Language, shown_money
from ledger.money import ZERO, Money, total
from tests.given import TERMS
from tests.scanner import scan
from vouchers.orders.paperwork import reference
from vouchers.orders.paperwork.papers import (
    AnyPaper,
    CreditNote,
    Customer,
    FeeInvoice,
    FeeLine,
    OrderMark,
    Paid,
    PaperMark,
    PaymentRequest,
    Receipt,
    ReceiptCancellation,
    Seller,
    VoucherLine,
)
from vouchers.orders.paperwork.papers_pdf import draw_paper
from vouchers.orders.paperwork.request_pdf import draw_request
from vouchers.orders.paperwork.requesting import account_of

DAY = date(2026, 10, 12)
TOWN = TERMS.with_changes({"iban": "FR7630006000011234567890189", "bic": "AGRIFRPP"})
SELLER = Seller(
    programme="Treiz'Local", legal_name="Treiz'Local Développement", address=("9 La Canebière", "13001 Marseille"),
    siren="181300013", vat_number="FR02181300013", notice="SAS au capital de 10 000 €, RCS Marseille",
    contact="bonjour@treiz.example",
)  # fmt: skip
COMPANY = Customer(
    name="Savonnerie du Port", company=True, address=("12 rue de la République", "13002 Marseille"),
    siren="552100554", vat_number="FR96552100554",
)  # fmt: skip
PERSON = Customer(name="Zoé", company=False, address=("1 rue Paradis", "13001 Marseille"), siren=None, vat_number=None)
ORDER = OrderMark(
    number="TREIZC-2026-000042", reference=reference.creditor_reference("TREIZC-2026-000042"), label="Noël 2026",
    placed_on=date(2026, 10, 5),
)  # fmt: skip
HEADING = {"issued_on": DAY, "seller": SELLER, "customer": COMPANY, "order": ORDER}
AMOUNT = re.compile(r"(-?)(\d{1,3}(?:[\u00a0 ]\d{3})*),(\d\d)[\u00a0 ]€")
NAMES = ["Łódź & <b>", "Ὀβολός", "<para><img src='/etc/passwd'/></para>", "Чайка"]
HOSTILE = ["", "x" * 3000, "\x00\ud800\u202e\n", "العربية 中文 👨‍👩‍👧", "mot " * 400]


def invoice_of(lines: int = 2, *, paid: bool = True) -> FeeInvoice:
    charged = tuple(FeeLine(10 + n, Money(5_000), Money(1_003 + n)) for n in range(lines))
    net = total([line.net for line in charged])
    vat = Money(net.cents // 5)
    return FeeInvoice(
        number="TREIZF-2026-000123", **HEADING, supplied_on=DAY - timedelta(1), lines=charged, net=net,
        vat_rate_bp=2_000, vat=vat, gross=net + vat, vat_on_debits=True,
        paid=(Paid(DAY - timedelta(2), "transfer", "VIR 1", Money(700_000)),) if paid else (),
        due_on=None if paid else DAY + timedelta(30), receipt="TREIZR-2026-000123",
    )  # fmt: skip


def receipt_of(lines: int = 2, *, came: Money | None = None, on_credit: bool = False) -> Receipt:
    sold = tuple(VoucherLine(10 + n, Money(1_000 + 50 * n), date(2027, 10, 12)) for n in range(lines))
    face = total([line.total for line in sold])
    fee = Money(2_407)
    came = face + fee if came is None else came
    return Receipt(
        number="TREIZR-2026-000123", **HEADING, issued_vouchers_on=DAY, lines=sold, face_total=face, fee_gross=fee,
        invoice="TREIZF-2026-000123", paid=(Paid(DAY, "card", "pi_1", came),) if came else (),
        covered=came if on_credit else face + fee, due_on=DAY + timedelta(30) if on_credit else None,
    )  # fmt: skip


def request_of(lines: int = 2, *, covered: Money = ZERO) -> PaymentRequest:
    asked = tuple(VoucherLine(10 + n, Money(5_000 + n)) for n in range(lines))
    face = total([line.total for line in asked])
    missing = face + Money(1_200) - covered
    return PaymentRequest(
        drawn_on=DAY, seller=SELLER, customer=COMPANY, order=ORDER, lines=asked, face_total=face, fee=Money(1_000),
        vat_rate_bp=2_000, fee_vat=Money(200), covered=covered, due_on=date(2026, 11, 4),
        account=account_of(TOWN, missing, reference=ORDER.reference) if missing else None, issued=False,
    )  # fmt: skip


CREDIT = CreditNote(
    number="TREIZA-2026-000003", **HEADING, corrects=PaperMark("TREIZF-2026-000123", DAY), net=Money(1_000),
    vat_rate_bp=2_000, vat=Money(200), gross=Money(1_200),
)  # fmt: skip
CANCELLED = ReceiptCancellation(
    number="TREIZAR-2026-000003", **HEADING, corrects=PaperMark("TREIZR-2026-000123", DAY), quantity=12,
    face_value=Money(34_055),
)  # fmt: skip
EVERY = (invoice_of(), invoice_of(paid=False), receipt_of(), receipt_of(came=ZERO, on_credit=True), CREDIT, CANCELLED)


def bytes_of(drawn: AnyPaper | PaymentRequest, language: Language = "fr") -> bytes:
    out = BytesIO()
    if isinstance(drawn, PaymentRequest):
        draw_request(out, drawn, language)
    else:
        draw_paper(out, drawn, language)
    return out.getvalue()


def pages_of(drawn: AnyPaper | PaymentRequest, language: Language = "fr") -> list[str]:
    document = pdfium.PdfDocument(bytes_of(drawn, language))
    return [page.get_textpage().get_text_bounded().replace("\u00a0", " ").replace("\r\n", "\n") for page in document]


def text_of(drawn: AnyPaper | PaymentRequest, language: Language = "fr") -> str:
    """All that is printed, lines joined, since a sentence may be broken anywhere."""
    return re.sub(r"\s+", " ", " ".join(pages_of(drawn, language)))


def shown(amount: Money) -> str:
    return shown_money(amount).replace("\u00a0", " ")


def amounts_after(label: str, text: str) -> Money:
    sign, euros, cents = AMOUNT.search(text, text.index(label) + len(label)).groups()  # type: ignore[union-attr]
    return Money(int(re.sub(r"\D", "", euros) + cents) * (-1 if sign else 1))


def codes_on(drawn: PaymentRequest, dpi: int = 150) -> list[bytes]:
    found = []
    for page in pdfium.PdfDocument(bytes_of(drawn)):
        picture = page.render(scale=dpi / 72).to_pil().convert("L")
        found += [one.bytes for one in scan(picture)]
    return found
