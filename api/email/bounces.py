"""Reading what mail servers send back: which letter did not arrive, and why (RFC 3464).

A letter is known by what the server returns of it: the address to which it complains (``bounces+<mailing>@…``), the
envelope id that some servers keep (RFC 3461), or the returned headers. Anybody can send anything here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Final
from uuid import UUID

from api.email.letters import MAILING, one_line
from api.email.outcomes import LONGEST

MOST: Final = 2_000_000
"""Bytes that are read; what a server returns is a letter of ours at most."""

_PARTS: Final = 200
_FIELDS: Final = 500
_HEX: Final = r"[0-9a-fA-F]"
_VERP: Final = re.compile(rf"\+({_HEX}{{32}})@")
_ID: Final = re.compile(rf"({_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}})")
_STATUS: Final = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")

_ADDRESSED: Final = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Failed-Recipients")
_RETURNED: Final = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})
_REPORTS: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})


@dataclass(frozen=True, slots=True)
class Bounce:
    """A letter that did not arrive. ``final``: no server tries any longer; otherwise it may still arrive."""

    mailing: UUID
    final: bool
    detail: str


@dataclass(frozen=True, slots=True)
class NotABounce:
    """Something else; ``reason`` says what is missing."""

    reason: str


def read_bounce(raw: bytes, *, recipient: str = "") -> Bounce | NotABounce:
    """What a message says of a letter of ours. Takes any bytes at all.

    :param recipient: to whom the server delivered the message, if it tells
    """
    if len(raw) > MOST:
        return NotABounce("It is larger than anything a mail server returns.")
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
        parts = _parts(message)
    except (MessageError, RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        return NotABounce(f"It cannot be read as a message ({type(error).__name__}).")
    report = next((one for one in parts if one.get_content_type() in _REPORTS), None)
    if report is None:
        return NotABounce("It holds no report of delivery (message/delivery-status).")
    blocks = [list(_fields(block)) for block in _blocks(report)]
    verdict = _verdict(blocks)
    if verdict is None:
        return NotABounce("It reports that a letter arrived, or nothing about any.")
    mailing = _mailing(message, parts, blocks, recipient)
    if mailing is None:
        return NotABounce("It does not say which letter it is about.")
    final, detail = verdict
    return Bounce(mailing, final, detail)


Block = list[tuple[str, str]]


def _verdict(blocks: Iterable[Block]) -> tuple[bool, str] | None:
    """The gravest that is said of any recipient: whether it is final, and why."""
    found: tuple[bool, str] | None = None
    for block in blocks:
        said = dict(reversed(block))
        action = said.get("action", "").split("(")[0].strip().lower()
        if action not in {"failed", "delayed"}:
            continue
        final = action == "failed"
        if found is None or (final and not found[0]):
            found = final, _reason(said)
    return found


def _reason(said: dict[str, str]) -> str:
    """Why, in the words of the server, its status first."""
    status = _STATUS.search(said.get("status", ""))
    diagnostic = said.get("diagnostic-code", "").rpartition(";")[2] or said.get("diagnostic-code", "")
    words = [status.group() if status else "", diagnostic]
    if status and status.group() in diagnostic:
        words = [diagnostic]
    return one_line(" ".join(words), LONGEST) or "The mail server gave no reason."


def _mailing(message: Message, parts: list[Message], blocks: Iterable[Block], recipient: str) -> UUID | None:
    for address in (recipient, *(value for name in _ADDRESSED for value in _values(message, name))):
        if verp := _VERP.search(address):
            return UUID(verp.group(1))
    for block in blocks:
        for name, value in block:
            if name == "original-envelope-id" and (known := _ID.search(value)):
                return UUID(known.group(1))
    for part in parts:
        if part.get_content_type() in _RETURNED and (known := _ID.search(_returned(part))):
            return UUID(known.group(1))
    return None


def _returned(part: Message) -> str:
    """What a returned letter says of itself: our own header, or the Message-ID that we gave it."""
    payload = part.get_payload()
    if isinstance(payload, list):
        inner = payload[0] if payload and isinstance(payload[0], Message) else Message()
    else:
        inner = BytesParser(policy=compat32).parsebytes(str(payload).encode("utf-8", "replace"), headersonly=True)
    return " ".join((*_values(inner, MAILING), *_values(inner, "Message-ID")))


def _blocks(report: Message) -> Iterator[Message]:
    """The report's groups of fields: one for the message, one for each recipient."""
    payload = report.get_payload()
    if isinstance(payload, list):
        yield from (one for one in payload[:_PARTS] if isinstance(one, Message))
    else:  # a server that writes the groups as plain text
        for group in str(payload).replace("\r\n", "\n").split("\n\n")[:_PARTS]:
            yield BytesParser(policy=compat32).parsebytes(group.encode("utf-8", "replace"), headersonly=True)


def _fields(block: Message) -> Iterator[tuple[str, str]]:
    for name, value in block.items()[:_FIELDS]:
        yield name.lower(), str(value)


def _values(message: Message, name: str) -> list[str]:
    return [str(value) for value in message.get_all(name, [])[:_FIELDS]]


def _parts(message: Message) -> list[Message]:
    """The parts of a message, not those of what it returns."""
    found, waiting = list[Message](), [message]
    while waiting and len(found) < _PARTS:
        part = waiting.pop(0)
        found.append(part)
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            waiting += [one for one in payload if isinstance(one, Message)]
    return found
