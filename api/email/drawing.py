"""Drawing what a letter says: as HTML that every mail program shows, and as plain text that stands on its own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.email.content import Body
from ledger.formats import Language
from merchants.paper import ACCENT, GREY, INK, RULE, TINT, WHITE

_DARK: Final = {"page": "#0E1518", "card": "#172126", "ink": "#E9EFF1", "grey": "#A3B1B8", "rule": "#33424A",
                "tint": "#1F2C32", "accent": "#7CC7D1"}  # fmt: skip
_LIGHT: Final = {"page": "#F1F4F5", "card": WHITE, "ink": INK, "grey": GREY, "rule": RULE, "tint": TINT,
                 "accent": ACCENT}  # fmt: skip
"""The colours of the printed voucher."""

_PALE: Final = "#CFE3E5"
"""On the accent."""

_templates: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def html(body: Body, language: Language) -> str:
    """The letter as HTML: tables for layout, styles in place, no script, nothing fetched from anywhere.

    QR codes keep their own white ground in dark mode.
    """
    template = _templates.get_template("letter.html")
    return template.render(body=body, language=language, light=_LIGHT, dark=_DARK, white=WHITE, pale=_PALE)


def plain(body: Body) -> str:
    """The letter as plain text: every word of the HTML, links written out."""
    drawn = _templates.get_template("letter.txt").render(body=body)
    lines = [line.rstrip() for line in drawn.splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip("\n") + "\n"
