"""A commission invoice on paper: what it comes to at a glance, its lines, its sums, and what the law asks for."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, Final

from ledger.formats import shown_day, shown_money, shown_rate
from ledger.money import ZERO, Money
from merchants.invoices import schema
from merchants.invoices.archival import Told, archived
from merchants.invoices.cii import cii_of
from merchants.invoices.invoice import CommissionInvoice, TaxPart
from merchants.invoices.words import line_of, reckoned, subject_of, terms_of, title_of
from merchants.paper import ACCENT, GREY, INK, RULE, TINT, WIDTH, Paper, Style, drawable
from merchants.paper_table import Column, Table

_LEFT: Final = 18.0
_RIGHT: Final = WIDTH - 18.0
_WINDOW: Final = 112.0  # where a French window envelope shows the address
_BOTTOM: Final = 277.0
_PLAIN: Final = Style(9.5)
_SMALL: Final = Style(8.5, "plain", GREY)
_NOTE: Final = Style(8, "plain", GREY)


def factur_x(invoice: CommissionInvoice) -> tuple[bytes, bytes]:
    """The PDF with its XML in it, and that XML; the same bytes for the same invoice and the same libraries.

    Takes the processor some tens of milliseconds: not for the event loop.

    :raises lxml.etree.DocumentInvalid: if the XML is not what its schema asks for
    """
    xml = cii_of(invoice)
    schema.assert_valid(xml)
    out = BytesIO()
    draw_invoice(out, invoice)
    title = f"{title_of(invoice)} {invoice.number}"
    told = Told(
        title, drawable(invoice.seller.legal_name), drawable(f"{subject_of(invoice)}, {invoice.customer.legal_name}"),
        invoice.made_at,
    )  # fmt: skip
    return archived(out.getvalue(), xml, told), xml


def draw_invoice(out: BinaryIO, invoice: CommissionInvoice) -> None:
    """Write what a person reads to ``out``: a PDF, not yet one for the archive."""
    title = f"{title_of(invoice)} {invoice.number}"
    paper = Paper(out, title=title, language="fr", author=invoice.seller.legal_name)
    drawing = _Drawing(paper, invoice)
    y = drawing.heading()
    y = drawing.at_a_glance(y)
    y = drawing.lines(y)
    y = drawing.sums(y)
    drawing.notes(y)
    drawing.footer()
    paper.save()


class _Drawing:
    """One invoice being drawn; each method takes the ``y`` it starts at and returns the next free one."""

    def __init__(self, paper: Paper, invoice: CommissionInvoice) -> None:
        self.paper, self.invoice = paper, invoice

    def heading(self) -> float:
        """Who invoices on the left, what this is and whom it is for on the right."""
        paper, invoice, room = self.paper, self.invoice, _RIGHT - _WINDOW
        left = self._letterhead()
        paper.text(_WINDOW, 23, title_of(invoice), Style(15, "bold"), width=room)
        paper.text(_WINDOW, 29, f"N° {invoice.number}", _PLAIN.bold(), width=room)
        y = 33.8
        for line in self._dates():
            y = paper.paragraph(_WINDOW, y, line, _SMALL, width=room, most=3)
        below = max(y + 6, 54.0)
        paper.text(_WINDOW, below - 2.5, "ADRESSÉ À" if invoice.is_credit else "FACTURÉ À", Style(7, "bold", GREY, 1.0))
        for line, style in self._customer():
            below = paper.paragraph(_WINDOW, below + 2.5, line, style, width=room, most=2) - 1.8
        return max(left, below) + 6

    def _letterhead(self) -> float:
        paper, seller, room = self.paper, self.invoice.seller, _WINDOW - _LEFT - 8
        paper.rectangle(_LEFT, 15, 12, 1.2, colour=ACCENT)
        paper.text(_LEFT, 23, seller.programme, Style(15, "bold", ACCENT), width=room)
        y = paper.paragraph(_LEFT, 29, seller.legal_name, _SMALL, width=room, most=2)
        for line in (seller.street, f"{seller.postcode} {seller.commune}"):
            paper.text(_LEFT, y, line, _SMALL, width=room)
            y += 4.2
        if seller.notice.strip():
            y = paper.paragraph(_LEFT, y, seller.notice, _SMALL, width=room, most=3)
        vat = (f"N° TVA {seller.vat_number}",) if seller.vat_number else ()
        for line in (f"SIREN {_grouped(seller.siren)}", *vat, seller.contact):
            paper.text(_LEFT, y, line, _SMALL, width=room)
            y += 4.2
        return y

    def _dates(self) -> Iterator[str]:
        invoice = self.invoice
        yield f"Date d'émission : {shown_day(invoice.issued_on)}"
        yield f"Période du {shown_day(invoice.first_day)} au {shown_day(invoice.last_day)} inclus"
        yield f"Règlement {invoice.settlement} du {shown_day(invoice.settled_on)}"

    def _customer(self) -> Iterator[tuple[str, Style]]:
        customer = self.invoice.customer
        yield customer.legal_name, Style(11, "bold")
        if customer.sign != customer.legal_name:
            yield customer.sign, _PLAIN
        for line in (customer.street, f"{customer.postcode} {customer.commune}"):
            if line.strip():
                yield line, _PLAIN
        yield f"SIREN {_grouped(customer.siren)} · SIRET {_grouped(customer.siret)}", _SMALL
        if customer.vat_number:
            yield f"N° TVA {customer.vat_number}", _SMALL

    def at_a_glance(self, y: float) -> float:
        """What it comes to and how that is paid, in a box."""
        paper, invoice = self.paper, self.invoice
        gross, room = shown_money(invoice.gross), _RIGHT - _LEFT - 14
        headline = f"En votre faveur : {gross} TTC" if invoice.is_credit else f"Payée : {gross} TTC"
        if invoice.due:
            headline = f"Reste à payer : {shown_money(invoice.due)} sur {gross} TTC"
        paper.rectangle(_LEFT, y, _RIGHT - _LEFT, 21, colour=TINT, corner=2)
        paper.rectangle(_LEFT, y, 1.6, 21, colour=ACCENT)
        paper.text(_LEFT + 7, y + 9.4, headline, Style(17, "bold", ACCENT), width=room)
        paper.paragraph(_LEFT + 7, y + 15.8, terms_of(invoice), Style(9), width=room, most=1)
        return y + 21 + 9

    def lines(self, y: float) -> float:
        """One line for each rate of VAT, and under them what the commission was reckoned on."""
        invoice = self.invoice
        columns = (
            Column("Désignation", 92), Column("Quantité", 18, "right"), Column("Prix unitaire HT", 27, "right"),
            Column("TVA", 12, "right"), Column("Total HT", 25, "right"),
        )  # fmt: skip
        table = Table(self.paper, columns, _LEFT, _BOTTOM, self._fresh_page)
        y = table.draw(y, map(self._cells, invoice.taxes)) + 4.6
        said = [f"{line_of(invoice, part)}." for part in invoice.taxes]
        for words in filter(None, [*said, reckoned(invoice)]):
            y = self.paper.paragraph(_LEFT + 2, y, words, _NOTE, width=_RIGHT - _LEFT - 4)
        return y + 4

    def _cells(self, part: TaxPart) -> tuple[str, ...]:
        invoice = self.invoice
        about = f"Commission {shown_day(invoice.first_day)} – {shown_day(invoice.last_day)}"
        given_back = " (rendue)" if invoice.is_credit != (part.net < ZERO) else ""
        price, net = shown_money(part.price), shown_money(part.net)
        return f"{about}{given_back}", str(part.quantity), price, shown_rate(part.rate_bp), net

    def sums(self, y: float) -> float:
        """What the lines come to, with VAT, and what is left of it."""
        if y + 40 + 6.2 * len(self.invoice.taxes) > _BOTTOM:
            y = self._fresh_page() + 4
        invoice, left = self.invoice, 92.0
        vat = [(f"TVA {shown_rate(part.rate_bp)} sur {shown_money(part.net)}", part.vat) for part in invoice.taxes]
        vat += [("Total TVA", invoice.vat)] if len(vat) > 1 else []
        settled = "Porté à votre crédit" if invoice.is_credit else "Déjà payé par compensation"
        rows: list[tuple[str, Money, bool]] = [
            ("Total hors taxe (HT)", invoice.net, False), *((label, amount, False) for label, amount in vat),
            ("Total toutes taxes comprises (TTC)", invoice.gross, True), (settled, -invoice.settled, False),
            ("Net à payer", invoice.due, True),
        ]  # fmt: skip
        for label, amount, result in rows:
            style = Style(11, "bold", ACCENT) if result else _PLAIN
            if result:
                y += 0.9
                self.paper.line(left, y - 4.7, _RIGHT, y - 4.7, colour=ACCENT if amount else RULE, thick=0.3)
            self.paper.text(left, y, label, style, width=_RIGHT - left - 34)
            self.paper.text(_RIGHT - 2, y, shown_money(amount), style, align="right", width=32)
            y += 6.2
        return y + 5

    def notes(self, y: float) -> None:
        """The sentences of the law."""
        invoice = self.invoice
        corrected = [f"n° {one.number} du {shown_day(one.issued_on)}" for one in invoice.corrects]
        said = [f"Rectifie : {', '.join(corrected)}."] if corrected else []
        said += [self._exemption()] if invoice.exemption else []
        said += [note.words for note in invoice.notes]
        said.append(
            "Facture électronique : le fichier factur-x.xml joint à ce PDF dit la même chose (Factur-X, EN 16931)."
        )
        if y + 30 > _BOTTOM:
            y = self._fresh_page() + 4
        self.paper.text(_LEFT, y, "Mentions légales et conditions de règlement", Style(11.5, "bold", INK))
        y += 6.2
        for sentence in said:
            if y + 12 > _BOTTOM:
                y = self._fresh_page() + 4
            y = self.paper.paragraph(_LEFT, y, sentence, _NOTE, width=_RIGHT - _LEFT) + 1.1

    def _exemption(self) -> str:
        """Why there is no VAT, or on what there is none."""
        without = [f"Sur {shown_money(part.net)} : " for part in self.invoice.taxes if not part.rate_bp]
        return f"{without[0] if self.invoice.taxed else ''}{self.invoice.exemption}"

    def _fresh_page(self) -> float:
        self.footer()
        self.paper.next_page()
        heading = f"{title_of(self.invoice)} {self.invoice.number}"
        self.paper.text(_LEFT, 18, heading, Style(9, "bold", ACCENT), width=90)
        self.paper.text(_RIGHT, 18, self.invoice.seller.programme, Style(9, "plain", GREY), align="right", width=80)
        return 23.0

    def footer(self) -> None:
        """Who invoices, and the page's number."""
        seller = self.invoice.seller
        self.paper.line(_LEFT, 282, _RIGHT, 282)
        legal = f"{seller.legal_name} · SIREN {_grouped(seller.siren)}"
        self.paper.text(_RIGHT, 287, legal, _NOTE, align="right", width=145)
        self.paper.page_number(_LEFT, 287, "Page", _NOTE)


def _grouped(number: str) -> str:
    """A SIREN or SIRET as printed: ``552 100 554 00013``, with spaces that do not break."""
    siren, establishment = number[:9], number[9:]
    groups = [siren[at : at + 3] for at in range(0, len(siren), 3)]
    return "\u00a0".join([*groups, establishment] if establishment else groups)
