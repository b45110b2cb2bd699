"""Order form and request for payment, drawn: what was ordered, what to transfer where, and what happens next."""

from __future__ import annotations

from typing import BinaryIO, Final

from ledger.formats import Language
from ledger.money import Money
from merchants.paper import ACCENT, GREY, INK, TINT, WHITE, Style
from merchants.paper_table import Column
from vouchers import qr
from vouchers.orders.paperwork.paper_page import LEFT, PLAIN, RIGHT, SMALL, Page, Weight
from vouchers.orders.paperwork.papers import Account, PaymentRequest
from vouchers.orders.paperwork.papers_words import WORDS
from vouchers.orders.paperwork.reference import spell

_PANEL: Final = 57.0
_STEPS: Final = 34.0
_CODE: Final = 37.0  # 49 modules of three quarters of a millimetre: read from paper and from a screen


def draw_request(out: BinaryIO, request: PaymentRequest, language: Language = "fr") -> None:
    """Write its PDF to ``out``; one page unless there are many lines. The same request gives the same bytes."""
    words = WORDS[language]
    title = words["request" if request.account else "form"]
    page = Page(out, language, request.seller, title=title, number=request.order.number)
    drawn = words["drawn"].format(day=page.day(request.drawn_on))
    dates = (drawn, words["form and request" if request.account else "no invoice"])
    y = page.heading(request.customer, dates=dates, to=words["to"])
    y = page.glance(y, *_glance(page, request))
    y = page.order_line(y, request.order)
    y = _lines(page, y, request)
    y = _sums(page, y, request)
    if request.account is not None:
        y = _account(page, y, request, request.account)
    page.notes(y, [words["not an invoice"]])
    page.save()


def _glance(page: Page, request: PaymentRequest) -> tuple[str, str]:
    words, money = page.words, page.money
    if request.debit:
        return words["by debit"].format(amount=money(request.missing)), words["by debit how"]
    if request.account is None:
        return words["all paid"].format(amount=money(request.total)), words["all paid how"]
    rule = words["on credit" if request.issued else "by short" if request.covered else "by"]
    when = rule.format(day=page.day(request.due_on)) if request.due_on else ""
    if not request.covered:
        return words["transfer this"].format(amount=money(request.missing)), when
    came = words["of which"].format(covered=money(request.covered), total=money(request.total))
    return words["still missing"].format(amount=money(request.missing)), f"{came} {when}".strip()


def _lines(page: Page, y: float, request: PaymentRequest) -> float:
    words, money = page.words, page.money
    columns = (
        Column(words["description"], 90),
        Column(words["quantity"], 22, "right"),
        Column(words["unit"], 30, "right"),
        Column(words["amount"], 32, "right"),
    )
    return page.table(
        y,
        columns,
        (
            (
                words["voucher"].format(amount=money(line.face_value)),
                str(line.quantity), money(line.face_value), money(line.total),
            )
            for line in request.lines
        ),
    )  # fmt: skip


def _sums(page: Page, y: float, request: PaymentRequest) -> float:
    """What it costs on the right; what happens next on the left, while there is something to do."""
    words = page.words
    rows: list[tuple[str, Money, Weight]] = [(words["receipt of"], request.face_total, "item")]
    if request.fee:
        vat = words["vat"].format(rate=page.rate(request.vat_rate_bp))
        rows += [(words["fee"], request.fee, "item"), (vat, request.fee_vat, "item")]
    rows.append((words["total"], request.total, "sum" if request.covered else "result"))
    if request.covered:
        rows += [(words["already"], -request.covered, "item"), (words["missing"], request.missing, "result")]
    if request.account is None:
        return page.sums(y, rows)
    y = page.room(y, _STEPS)
    below = _next(page, y, request)
    return max(below, page.sums(y, rows, left=106))


def _account(page: Page, y: float, request: PaymentRequest, account: Account) -> float:
    """The transfer: to copy on the left, to scan on the right."""
    words, paper = page.words, page.paper
    y = page.section(y, words["how to pay"], room=_PANEL + 4) - 2.4
    paper.rectangle(LEFT, y, RIGHT - LEFT, _PANEL, colour=TINT, corner=2)
    inner, room = LEFT + 7, 112.0
    row = y + 8.4
    for label, value, style in (
        ("holder", account.holder, PLAIN.bold()),
        ("iban", spell(account.iban), Style(10.5, "mono", INK)),
        ("bic", account.bic or "", Style(10.5, "mono", INK)),
        ("sum", page.money(request.missing), PLAIN.bold()),
    ):
        if value:
            paper.text(inner, row, words[label], SMALL, width=31)
            paper.text(inner + 33, row, value, style, width=room - 33)
            row += 6.1
    top = y + _PANEL - 25
    paper.rectangle(inner, top, room, 19, colour=ACCENT, corner=1.6)
    paper.text(inner + 5, top + 6.4, words["reference"], Style(7.5, "bold", "#CFE3E5", 0.9), width=room - 10)
    reference = Style(15.5, "mono", WHITE, 0.4)
    paper.text(inner + 5, top + 14.4, spell(request.order.reference), reference, width=room - 10, least=0.5)
    _code(page, y, account)
    return y + _PANEL + 6


def _code(page: Page, y: float, account: Account) -> None:
    paper, words = page.paper, page.words
    side = _CODE + 6  # with its quiet zone: four modules
    left = RIGHT - side - 3.5
    if account.code is None:
        paper.paragraph(left, y + 20, words["too large"], SMALL, width=side)
        return
    paper.rectangle(left, y + 3.5, side, side, colour=WHITE, corner=1.2)
    paper.squares(left + 3, y + 6.5, _CODE, qr.modules(account.code, level="M"))
    caption, below = Style(6.8, "plain", GREY), y + side + 6.4
    paper.paragraph(left + side / 2, below, words["scan"], caption, width=side, leading=1.25, most=3, align="centre")


def _next(page: Page, y: float, request: PaymentRequest) -> float:
    page.paper.text(LEFT, y, page.words["next"], PLAIN.bold())
    y += 5.6
    for number, step in enumerate(("step 1",) if request.issued else ("step 1", "step 2", "step 3"), start=1):
        page.paper.rectangle(LEFT, y - 3.3, 4.4, 4.4, colour=ACCENT, corner=2.2)
        page.paper.text(LEFT + 2.2, y - 0.1, str(number), Style(7, "bold", WHITE), align="centre")
        y = page.paper.paragraph(LEFT + 6.6, y, page.words[step], Style(8.5), width=74, leading=1.3, most=2) + 1
    return y + 3.4
