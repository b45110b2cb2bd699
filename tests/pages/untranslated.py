"""Finding what people read that did not pass through the catalogues.

Two ways that do not trust each other: by reading the templates and scripts as they are written, and by drawing pages
with every sentence in brackets, so that letters outside of them are either facts of the books or a forgotten sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, nodes

from api.email.wording import Words
from api.pages import rendering
from api.pages.catalogues import Sentences
from api.wording.said import Said

OPEN, SHUT = "\u27e6", "\u27e7"
"""Brackets that nobody types."""

SAID_ALOUD: Final = ("aria-label", "title", "alt", "placeholder", "label", "aria-description", "data-label")
"""Attributes that people read or hear, besides the value of a button."""

SILENT: Final = frozenset({"script", "style", "code", "svg"})
LETTERS: Final = re.compile(r"[^\W\d_]{2,}")

NAMES: Final = frozenset(
    {
        "Obole",
        "English",
        "Français",
        "e-mail",
        "CSV",
        "XLSX",
        "JSON",
        "PDF",
        "Excel",
        "IBAN",
        "BIC",
        "SIREN",
        "ms",
        "restaurant",
        "Sainte-Catherine",
        "Saint-Nicolas",
    }
)
"""What is called the same in every language."""

_CLASSES: Final = re.compile(r"{% block (?:\w+_class|page) %}[^{]*{% endblock %}")
"""Classes, and the name by which a script of the till knows a page."""

_MACHINES: Final = re.compile(r"Enter|[A-Z][a-z]+(?:-?[A-Z][a-z]+)+")
"""What browsers call keys, headers and errors: ``Enter``, ``Content-Type``, ``AbortError``."""

_SELECTORS: Final = re.compile(r"(?:querySelector(?:All)?|closest|matches)\([^)]*\)")


@dataclass(slots=True)
class Read(HTMLParser):
    """The texts of a page, and its attributes that are read out; not what is marked as another language."""

    texts: list[str] = field(default_factory=list)
    stack: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        foreign = tag != "html" and ("lang" in told or "code" in (told.get("class") or "").split())
        silent = tag in SILENT or foreign or any(hidden for _, hidden in self.stack)
        if tag not in {"br", "img", "input", "meta", "link", "hr", "path", "circle"}:
            self.stack.append((tag, silent))
        if not silent:
            self.texts += [str(told[name]) for name in (*SAID_ALOUD, *_worded(tag, told)) if told.get(name)]
            self.texts += [str(value) for name, value in told.items() if name.startswith("data-copy-") and value]

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(hidden for _, hidden in self.stack):
            self.texts.append(data)


def _worded(tag: str, told: dict[str, str | None]) -> list[str]:
    if tag == "input" and told.get("type") in {"submit", "button", "reset"}:
        return ["value"]
    return ["content"] if tag == "meta" and told.get("name") in {"description", "apple-mobile-web-app-title"} else []


def texts_of(html: str) -> list[str]:
    """What people read or hear of a page."""
    read = Read()
    read.feed(html)
    read.close()
    return read.texts


def written_out(environment: Environment, path: Path) -> list[str]:
    """Words of a template that stand there as they are, outside of every expression, and constants that it prints."""
    source = path.read_text(encoding="utf-8")
    plain = "".join(
        token if kind == "data" else "\u2022" if kind == "variable_begin" else ""
        for _, kind, token in environment.lex(_CLASSES.sub("", source))
    )
    # A macro that makes attributes is no text.
    found = [text for text in texts_of(plain) if LETTERS.search(text) and not re.match(r'\w+="', text.strip())]
    tree = environment.parse(source)
    printed = [one for output in tree.find_all(nodes.Output) for one in output.nodes]
    found += [text for one in printed for text in _constants(one) if _sentence(text)]
    return [one.strip() for one in found if one.strip("\u2022 \n") not in NAMES]


def _constants(node: nodes.Node) -> Iterator[str]:
    """Texts in an expression that are not handed to the catalogues."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in _TRANSLATES:
        for given in node.kwargs:
            yield from _constants(given)
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _constants(child)


_TRANSLATES: Final = frozenset({"_", "gettext", "ngettext", "pgettext", "npgettext"})


def _sentence(text: str) -> bool:
    """Whether a constant reads as words of a language rather than as a name of a class, a field, an icon."""
    bare = text.strip()
    return bool(re.match(r"[A-ZÀ-Ý][a-zà-ÿ]+", bare) or re.search(r"[a-zà-ÿ]{2,},? [a-zà-ÿ]{2,}[^-\w]", f"{bare} "))


def script_sentences(source: str) -> list[str]:
    """Strings of a script that read as words: pages hand their words to scripts in ``data-`` attributes."""
    bare = re.sub(r"/\*.*?\*/|(?<![:\"'`\\])//[^\n]*", "", source, flags=re.DOTALL)
    strings = re.findall(
        r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`", _SELECTORS.sub("", bare)
    )
    texts = [re.sub(r"\$\{[^}]*\}", "\u2022", "".join(three)) for three in strings]
    said = [one for one in texts if _sentence(one) and not _MACHINES.fullmatch(one)]
    return [one for one in said if not re.search(r"[\[\]{}()=>#]", one)]


@contextmanager
def bracketed() -> Iterator[None]:
    """While this lasts, every sentence that is said stands in brackets, its facts with it."""
    kept = [(owner, name, getattr(owner, name)) for owner, name in _SAYERS]
    for owner, name, said in kept:
        setattr(owner, name, _in_brackets(said))
    rendering.environment.cache_clear()
    try:
        yield
    finally:
        for owner, name, said in kept:
            setattr(owner, name, said)
        rendering.environment.cache_clear()


_SAYERS: Final[tuple[tuple[type, str], ...]] = (
    (Sentences, "gettext"), (Sentences, "ngettext"), (Sentences, "pgettext"), (Sentences, "npgettext"),
    (Said, "title"), (Said, "detail"), (Words, "say"),
)  # fmt: skip


def _in_brackets(said: Any) -> Any:
    def bracket(*arguments: Any, **facts: Any) -> str:
        text: str = said(*arguments, **facts)
        return text if text.startswith(OPEN) or not text else f"{OPEN}{text}{SHUT}"

    return bracket


def bare(text: str) -> str:
    """A text as it is without brackets."""
    return text.replace(OPEN, "").replace(SHUT, "")


def outside(text: str) -> str:
    """What of a text is in no brackets, brackets within brackets taken out first."""
    before = ""
    while before != text:
        before, text = text, re.sub(f"{OPEN}[^{OPEN}{SHUT}]*{SHUT}", " ", text)
    return text


def forgotten(html: str, facts: Collection[str]) -> list[str]:
    """Words of a bracketed page that are neither a sentence of the catalogues nor a fact of the books."""
    found = []
    for text in texts_of(html):
        rest = _without(outside(text), facts)
        if LETTERS.search(rest):
            found.append(" ".join(text.split())[:200])
    return found


_FORMS: Final = re.compile(
    r"https?://\S+"  # addresses
    r"|\S+@[\w.-]+"
    r"|\b\d+ ms\b"
    r"|\b\d{5}\b"  # a postcode
    r"|\d\u00a0à \d"  # a moment in French
    r"|\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4})+\b"  # a typed code
    r"|\b[a-z]{2}_\w+"  # an identifier of Stripe's
    r"|\b[0-9A-F]{8}\b"  # a reference
    r"|\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{1,4})+\b"  # IBAN, RF references
)


def _without(text: str, facts: Collection[str]) -> str:
    if _plain(text) in facts:
        return ""
    rest = _FORMS.sub(" ", text)
    for piece in re.split(r"\s*[·,:;()|\n\u2022]\s*", rest):
        if _plain(piece) in facts or " ".join(piece.split()) in NAMES:
            rest = rest.replace(piece, " ")
    return "" if _plain(rest) in facts else " ".join(rest.split())


def _plain(text: str) -> str:
    """As facts are compared: pages ease the capitals of the register."""
    return " ".join(text.split()).strip(" .…−+,:").casefold()


def facts_of(values: Iterable[str]) -> set[str]:
    """Texts of the books as pages show them: but not one-word codes such as ``paid``, which pages have words for."""
    every = {" ".join(line.split()) for one in values for line in (one, *one.splitlines())}
    every |= {part.strip() for one in every for part in re.split(r"\s*[·,:;()|]\s*", one)}
    return {_plain(one) for one in every if not re.fullmatch(r"[a-z]+(_[a-z]+)*", one)} - {""}
