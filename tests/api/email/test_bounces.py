"""What mail servers send back: reports as they are written, and whatever else anybody pipes in."""

from __future__ import annotations

from email.message import EmailMessage, MIMEPart
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.email.bounces import MOST, Bounce, NotABounce, read_bounce
from tests.api.email.given import a_letter

MAILING: Final = UUID("01a204e1-2208-74ac-9464-fced94bb01ef")
UNKNOWN: Final = "host mx.example.org[192.0.2.1] said: 550 5.1.1 <marie@example.org>: Recipient address rejected"

POSTFIX: Final = f"""\
Return-Path: <>
Delivered-To: {{to}}
From: MAILER-DAEMON@mail.treiz.example (Mail Delivery System)
To: {{to}}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="9B095B5ADSN"

This is a MIME-encapsulated message.

--9B095B5ADSN
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--9B095B5ADSN
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.treiz.example
{{envelope}}X-Postfix-Queue-ID: 9B095B5A
Arrival-Date: Fri, 18 Dec 2026 09:00:00 +0100 (CET)

Final-Recipient: rfc822; marie@example.org
Original-Recipient: rfc822;marie@example.org
Action: {{action}}
Status: {{status}}
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; {UNKNOWN.partition("said: ")[2]}
 in local recipient table

--9B095B5ADSN
Content-Description: Undelivered Message Headers
Content-Type: {{returned}}

{{headers}}
Subject: Votre bon d'achat

--9B095B5ADSN--
"""


def report(
    *, to: str = "bons@treiz.example", envelope: str = "", action: str = "failed", status: str = "5.1.1",
    returned: str = "text/rfc822-headers", headers: str = "Message-ID: <other@example.org>",
) -> bytes:  # fmt: skip
    text = POSTFIX.format(to=to, envelope=envelope, action=action, status=status, returned=returned, headers=headers)
    return text.encode()


KNOWN_BY: Final = {
    "the address it complains to": report(to=f"retours+{MAILING.hex}@treiz.example"),
    "the envelope id": report(envelope=f"Original-Envelope-Id: {MAILING}\n"),
    "our header, returned": report(headers=f"X-Obole-Mailing: {MAILING}"),
    "the Message-ID, returned": report(headers=f"Message-ID: <{MAILING}@treiz.example>"),
    "the letter, returned": report(returned="message/rfc822", headers=f"Message-ID: <{MAILING}@treiz.example>"),
    "lines that end as on the wire": report(headers=f"X-Obole-Mailing: {MAILING}").replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("by", KNOWN_BY)
def test_the_letter_is_known_by_what_the_server_returns(by: str) -> None:
    assert read_bounce(KNOWN_BY[by]) == Bounce(
        MAILING, final=True, detail="550 5.1.1 <marie@example.org>: Recipient address rejected in local recipient table"
    )


def test_the_letter_is_known_by_whom_the_server_delivered_to() -> None:
    found = read_bounce(report(), recipient=f"bounces+{MAILING.hex}@treiz.example")
    assert isinstance(found, Bounce)
    assert found.mailing == MAILING


@pytest.mark.parametrize(
    ("action", "status", "final"),
    [("failed", "5.2.2", True), ("Failed (expired)", "4.4.7", True), ("delayed", "4.4.1", False)],
)
def test_it_is_final_when_no_server_tries_any_longer(action: str, status: str, final: bool) -> None:
    found = read_bounce(report(to=f"b+{MAILING.hex}@treiz.example", action=action, status=status))
    assert isinstance(found, Bounce)
    assert found.final is final


def test_a_reason_without_a_diagnostic_is_the_status() -> None:
    raw = b"\n".join(
        line for line in KNOWN_BY["our header, returned"].split(b"\n") if not line.startswith((b"Diag", b" in local"))
    )
    found = read_bounce(raw)
    assert isinstance(found, Bounce)
    assert found.detail == "5.1.1"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        report(action="delivered", to=f"b+{MAILING.hex}@treiz.example"),
        report(),
        f"To: b+{MAILING.hex}@treiz.example\nSubject: Absente\nAuto-Submitted: auto-replied\n\nBonjour.".encode(),
        a_letter().written().content,
        b"a: b\n" * (MOST // 5 + 1),
        b"\n".join(b"Content-Type: multipart/x; boundary=b%d\n\n--b%d" % (one, one) for one in range(2_000)),
    ],
)  # fmt: skip
def test_what_is_no_bounce_says_why(raw: bytes) -> None:
    found = read_bounce(raw)
    assert isinstance(found, NotABounce)
    assert found.reason.endswith(".")


def test_a_report_wrapped_in_what_a_list_or_a_virus_scanner_adds_is_found() -> None:
    outer = EmailMessage()
    outer["To"] = f"b+{MAILING.hex}@treiz.example"
    inner = MIMEPart()
    inner.set_content("see below")
    outer.make_mixed()
    outer.attach(inner)
    raw = outer.as_bytes()
    body = KNOWN_BY["the envelope id"]
    boundary = raw.partition(b'boundary="')[2].partition(b'"')[0]
    start = body.index(b"MIME-Version")
    raw = raw.replace(b"--" + boundary + b"--", b"--" + boundary + b"\n" + body[start:] + b"\n--" + boundary + b"--")
    found = read_bounce(raw)
    assert isinstance(found, Bounce)
    assert found.mailing == MAILING


PIECES: Final = [
    *KNOWN_BY["the envelope id"].splitlines(keepends=True), b"\r\n", b"--9B095B5ADSN--\n", b"Action: failed\n",
    b"Content-Type: message/global-delivery-status; charset=\xff\n", b"Content-Transfer-Encoding: base64\n",
    b"Content-Type: multipart/mixed; boundary*=utf-8''%00\n", b"Content-Type: \n", b"To: =?utf-8?b?\xff?=\n",
    b"Content-Type: message/rfc822\n", b"Status: 5.1.1\xe9\n", b"Content-Type: text/rfc822-headers; charset=nope\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=12), max_size=60).map(b"".join))
@settings(max_examples=300)
def test_no_bytes_at_all_can_break_it(raw: bytes) -> None:
    found = read_bounce(raw, recipient=raw[:50].decode("latin-1"))
    assert isinstance(found, Bounce | NotABounce)


@given(st.binary(min_size=1, max_size=6), st.integers(0, 2_000), st.sampled_from(sorted(KNOWN_BY)))
@settings(max_examples=300)
def test_a_report_that_is_damaged_is_read_or_left(noise: bytes, at: int, by: str) -> None:
    raw = KNOWN_BY[by]
    found = read_bounce(raw[:at] + noise + raw[at + len(noise) :])
    if isinstance(found, Bounce):
        assert len(found.detail) <= 300
        assert found.detail.isprintable()


def test_our_own_letter_returned_whole_is_known() -> None:
    letter = a_letter()
    raw = report(returned="message/rfc822", headers="").partition(b"Content-Type: message/rfc822\n\n")
    found = read_bounce(b"".join(raw[:2]) + letter.written().content + b"\n--9B095B5ADSN--\n")
    assert isinstance(found, Bounce)
    assert found.mailing == letter.id
