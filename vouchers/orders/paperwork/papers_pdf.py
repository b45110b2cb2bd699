"""The numbered papers of an order, drawn: invoice, receipt or debit note, credit note, receipt cancellation."""

from __future__ import annotations

from typing import BinaryIO

from ledger.formats import Language
from ledger.money import ZERO, Money
from merchants.paper_table import Column
from vouchers.orders.paperwork.paper_page import LEFT, SMALL, Page, Weight
from vouchers.orders.paperwork.papers import AnyPaper, CreditNote, FeeInvoice, Receipt, ReceiptCancellation
from vouchers.orders.paperwork.papers_words import WORDS
from vouchers.orders.paperwork.reference import spell


def draw_paper(out: BinaryIO, paper: AnyPaper, language: Language = "fr") -> None:
    """Write a paper's PDF to ``out``. The same paper gives the same bytes."""
    match paper:
        case FeeInvoice():
            _invoice(out, paper, language)
        case Receipt():
            _receipt(out, paper, language)
        case CreditNote():
            _credit_note(out, paper, language)
        case ReceiptCancellation():
            _cancellation(out, paper, language)


def _invoice(out: BinaryIO, invoice: FeeInvoice, language: Language) -> None:
    page = _page(out, invoice, language, "invoice")
    words, money, day = page.words, page.money, page.day
    dates = _issued(page, invoice, words["supplied"].format(day=day(invoice.supplied_on)))
    y = page.heading(invoice.customer, dates=dates, to=words["billed to"])
    if invoice.due_on is None:
        y = page.glance(y, words["settled"].format(amount=money(invoice.gross)), _settled(page, invoice))
    else:
        headline = words["due"].format(day=day(invoice.due_on), amount=money(invoice.gross))
        y = page.glance(y, headline, words["due how"].format(reference=spell(invoice.order.reference)))
    y = page.order_line(y, invoice.order)
    rate = page.rate(invoice.vat_rate_bp)
    y = page.table(
        y,
        (
            Column(words["description"], 86),
            Column(words["quantity"], 16, "right"),
            Column(words["unit net"], 31, "right"),
            Column(words["rate"], 14, "right"),
            Column(words["net"], 27, "right"),
        ),
        (
            (
                words["fee line"].format(amount=money(line.face_value), quantity=line.quantity),
                words["one"], money(line.net), rate, money(line.net),
            )
            for line in invoice.lines
        ),
    )  # fmt: skip
    y = page.sums(y, [
        (words["total net"], invoice.net, "item"),
        (words["vat at"].format(rate=rate, base=money(invoice.net)), invoice.vat, "item"),
        (words["total gross"], invoice.gross, "result"),
    ])  # fmt: skip
    y = page.section(y, words["conditions"])
    due = words["terms due"].format(day=day(invoice.due_on)) if invoice.due_on else words["terms paid"]
    page.notes(y, [
        words["category"],
        words["debits"] if invoice.vat_on_debits else "",
        "" if invoice.vat_rate_bp else words["franchise"],
        f"{due} {words['discount']}",
        words["late"] if invoice.customer.company else "",
        words["not here"].format(number=invoice.receipt),
        words["translation"],
    ])  # fmt: skip
    page.save()


def _settled(page: Page, invoice: FeeInvoice) -> str:
    if not invoice.paid:
        return page.words["settled by credit"]
    last = invoice.paid[-1]
    return page.words["settled how"].format(day=page.day(last.on), means=page.words[last.means])


def _receipt(out: BinaryIO, receipt: Receipt, language: Language) -> None:
    page = _page(out, receipt, language, "debit note" if receipt.owed else "receipt")
    words, money, day = page.words, page.money, page.day
    dates = _issued(page, receipt, words["vouchers on"].format(day=day(receipt.issued_vouchers_on)))
    y = page.heading(receipt.customer, dates=dates, to=words["to"])
    if receipt.due_on is not None:
        headline = words["owed"].format(amount=money(receipt.owed), day=day(receipt.due_on))
        y = page.glance(y, headline, words["owed how"].format(reference=spell(receipt.order.reference)))
    else:
        y = page.glance(y, words["received"].format(amount=money(receipt.face_total)), words["received how"])
    y = page.order_line(y, receipt.order)
    y = page.table(
        y,
        (
            Column(words["description"], 96),
            Column(words["quantity"], 20, "right"),
            Column(words["unit"], 28, "right"),
            Column(words["amount"], 30, "right"),
        ),
        (
            (
                words["until"].format(amount=money(line.face_value), day=day(line.last_day or receipt.issued_on)),
                str(line.quantity), money(line.face_value), money(line.total),
            )
            for line in receipt.lines
        ),
    )  # fmt: skip
    rows: list[tuple[str, Money, Weight]] = [(words["receipt of"], receipt.face_total, "result")]
    if receipt.invoice is not None:
        rows += [
            (words["fee gross"].format(number=receipt.invoice), receipt.fee_gross, "item"),
            (words["order total"], receipt.face_total + receipt.fee_gross, "sum"),
        ]
    y = page.sums(y, rows)
    y = _how_paid(page, y, receipt)
    page.notes(y, [words["outside"], words["translation"]])
    page.save()


def _how_paid(page: Page, y: float, receipt: Receipt) -> float:
    words = page.words
    y = page.section(y, words["settlement"])
    if receipt.paid:
        y = page.table(
            y - 2.6,
            (
                Column(words["date"], 34),
                Column(words["means"], 34),
                Column(words["payment reference"], 76),
                Column(words["amount"], 30, "right"),
            ),
            (
                (page.day(one.on), words[one.means], one.reference, page.money(one.amount))
                for one in receipt.paid
            ),
        )  # fmt: skip
    elif not receipt.covered:
        page.paper.text(LEFT, y, words["no payment"], SMALL)
        y += 7
    rows: list[tuple[str, Money, Weight]] = []
    if receipt.from_credit:
        rows.append((words["from credit" if receipt.from_credit > ZERO else "to credit"], receipt.from_credit, "item"))
    rows.append((words["covered"], receipt.covered, "sum"))
    if receipt.owed:
        rows.append((words["left to pay"], receipt.owed, "result"))
    return page.sums(y, rows)


def _credit_note(out: BinaryIO, note: CreditNote, language: Language) -> None:
    page = _page(out, note, language, "credit note")
    words, money = page.words, page.money
    corrects = words["corrects"].format(number=note.corrects.number, day=page.day(note.corrects.issued_on))
    y = page.heading(note.customer, dates=_issued(page, note, corrects), to=words["to"])
    y = page.glance(y, words["credited"].format(amount=money(note.gross)), words["credited how"])
    y = page.order_line(y, note.order)
    rate = page.rate(note.vat_rate_bp)
    columns = (
        Column(words["description"], 86),
        Column(words["quantity"], 16, "right"),
        Column(words["unit net"], 31, "right"),
        Column(words["rate"], 14, "right"),
        Column(words["net"], 27, "right"),
    )
    described = words["fee back"].format(number=note.order.number)
    y = page.table(y, columns, [(described, words["one"], money(note.net), rate, money(note.net))])
    y = page.sums(y, [
        (words["total net"], note.net, "item"),
        (words["vat at"].format(rate=rate, base=money(note.net)), note.vat, "item"),
        (words["total back"], note.gross, "result"),
    ])  # fmt: skip
    franchise = "" if note.vat_rate_bp else words["franchise"]
    vat_back = words["vat back"] if note.vat and note.customer.company else ""
    page.notes(y, [f"{corrects}.", words["category"], vat_back, franchise, words["translation"]])
    page.save()


def _cancellation(out: BinaryIO, cancelled: ReceiptCancellation, language: Language) -> None:
    page = _page(out, cancelled, language, "cancellation")
    words, money = page.words, page.money
    receipt = cancelled.corrects
    cancels = words["cancels"].format(number=receipt.number, day=page.day(receipt.issued_on))
    y = page.heading(cancelled.customer, dates=_issued(page, cancelled, cancels), to=words["to"])
    y = page.glance(y, words["given back"].format(amount=money(cancelled.face_value)), words["given back how"])
    y = page.order_line(y, cancelled.order)
    columns = (
        Column(words["description"], 114),
        Column(words["quantity"], 24, "right"),
        Column(words["amount"], 36, "right"),
    )
    y = page.table(y, columns, [(words["left on"], str(cancelled.quantity), money(cancelled.face_value))])
    y = page.sums(y, [(words["total given back"], cancelled.face_value, "result")])
    page.notes(y, [f"{cancels}.", words["outside"], words["translation"]])
    page.save()


def _page(out: BinaryIO, paper: AnyPaper, language: Language, title: str) -> Page:
    return Page(out, language, paper.seller, title=WORDS[language][title], number=paper.number)


def _issued(page: Page, paper: AnyPaper, more: str) -> tuple[str, str]:
    return page.words["issued"].format(day=page.day(paper.issued_on)), more
