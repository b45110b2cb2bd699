"""What a letter says, block by block: drawn once as HTML and once as plain text, so that neither says less."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from api.email.letters import Image


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, or several: ends of lines are kept. ``quiet`` for what one need not read."""

    kind: ClassVar[str] = "text"
    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of what follows."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words, and whose they are."""

    kind: ClassVar[str] = "quote"
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher: what is on it, until when, and the code in its three forms. ``worth`` if part of it is spent."""

    kind: ClassVar[str] = "voucher"
    title: str
    from_whom: str
    left: str
    worth: str
    until: str
    qr: Image
    side: int
    """Of the picture as shown, in CSS pixels."""
    alt: str
    code_label: str
    code: str = field(repr=False)
    link: str = field(repr=False)
    link_label: str


@dataclass(frozen=True, slots=True)
class Button:
    """The one thing to do. The address is written out below it: a button may not work everywhere."""

    kind: ClassVar[str] = "button"
    label: str
    link: str = field(repr=False)
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A line that ends in a link."""

    kind: ClassVar[str] = "link"
    text: str
    label: str
    link: str


@dataclass(frozen=True, slots=True)
class Steps:
    """What to do, in order."""

    kind: ClassVar[str] = "steps"
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one a line; ``strong`` names the one that matters most."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, str], ...]
    strong: str = ""


Block = Text | Heading | Quote | Voucher | Button | Link | Steps | Facts


@dataclass(frozen=True, slots=True)
class Logo:
    """The giver's picture as it is shown; sizes in pixels."""

    image: Image
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Body:
    """All that a letter says. ``preview`` is what a list of letters shows after the subject."""

    programme: str
    title: str
    preview: str
    blocks: tuple[Block, ...]
    foot: tuple[str, ...]
    logo: Logo | None = None
