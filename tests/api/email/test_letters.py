"""A letter on the wire: its parts, its headers, and that nothing anybody types becomes a header."""

from __future__ import annotations

from email import message_from_bytes
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.policy import default as modern
from email.utils import parseaddr
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.email.letters import AddressImpossible, Image, Letter, Paper, address, one_line, seen
from tests.api.email.given import AT, a_letter, envelope

HEADERS: Final = {
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Content-Language", "Auto-Submitted",
    "X-Auto-Response-Suppress", "X-Obole-Mailing", "MIME-Version", "Content-Type",
}  # fmt: skip

TYPED: Final = st.text(
    st.characters() | st.sampled_from([*',;<>@"\\()=?_ éà漢🎁.:[]\r\n\x00\x0b\x85\u2028\u202e\u200b\ud800']),
    max_size=230,
)


def written(name: str, subject: str, plain: str, file: str) -> bytes:
    letter = Letter(
        envelope(), name, subject, seen(plain), f"<p>{seen(plain)}</p>", "aide@treiz.example",
        (Image("qr.1@treiz.example", b"png"),), (Paper(file, b"%PDF"),),
    )  # fmt: skip
    return letter.written().content


@given(name=TYPED, subject=TYPED, plain=TYPED, file=TYPED)
@example(
    name='Ville" <evil@example.net>\r\nBcc: all@example.net',
    subject="Bonjour\r\nBcc: all@example.net\r\n\r\n<h1>",
    plain=".\r\nMAIL FROM:<evil@example.net>",
    file='a.pdf"\r\nX-Evil: 1',
)
@example(name="=?utf-8?q?a=0d=0aBcc:_x?=", subject="=?utf-8?q?a=0d=0aBcc:_x?=", plain="", file="../../etc/passwd")
@settings(max_examples=150)
def test_whatever_is_typed_stays_in_its_place(name: str, subject: str, plain: str, file: str) -> None:
    raw = written(name, subject, plain, file)
    message = BytesParser(policy=modern).parsebytes(raw)
    assert set(message.keys()) == HEADERS
    assert len(message.keys()) == len(HEADERS)
    assert not message.defects
    assert str(message["Subject"]) == one_line(subject, 150)
    shown, spec = parseaddr(message_from_bytes(raw)["From"].replace("\r\n", ""))
    assert spec == "bons@treiz.example"
    assert one_line(name, 80) in {str(make_header(decode_header(shown))), shown}
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert not {b"\r", b"\n"} & set(raw.replace(b"\r\n", b"").partition(b"\r\n")[::2])
    assert b"\n" not in raw.replace(b"\r\n", b"")
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").rstrip("\n") == seen(plain).rstrip("\n")
    (attached,) = message.iter_attachments()
    assert "/" not in (attached.get_filename() or "/")


def test_a_letter_is_plain_text_or_html_with_its_pictures() -> None:
    letter = a_letter()
    message = BytesParser(policy=modern).parsebytes(letter.written().content)
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "image/png"]
    assert message["Message-ID"] == f"<{letter.id}@treiz.example>"
    assert str(message["From"]) == "Treiz'Local <bons@treiz.example>"
    assert message["Reply-To"] == "bonjour@treiz.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "fr"
    assert message["Date"].datetime == AT
    html = message.get_body(("html",))
    assert html is not None
    for part in message.walk():
        if part.get_content_maintype() == "image":
            assert f'src="cid:{part["Content-ID"].strip("<>")}"' in html.get_content()


def test_papers_come_beside_what_is_read() -> None:
    message = BytesParser(policy=modern).parsebytes(written("a", "b", "c", "reçu n° 12.pdf"))
    assert message.get_content_type() == "multipart/mixed"
    (paper,) = message.iter_attachments()
    assert (paper.get_content_type(), paper.get_filename()) == ("application/pdf", "re-u n- 12.pdf")
    assert paper.get_content() == b"%PDF"


@pytest.mark.parametrize(
    ("typed", "spec"),
    [
        ("marie@example.org", "marie@example.org"),
        ("marie@straße.example", "marie@xn--strae-oqa.example"),
        ("marie+noel@EXAMPLE.org", "marie+noel@example.org"),
        ("andré@école.example", "andré@xn--cole-9oa.example"),
    ],
)
def test_an_address_is_written_as_mail_servers_take_it(typed: str, spec: str) -> None:
    assert address(typed).spec == spec
    assert address(typed).utf8 == (not spec.isascii())


@pytest.mark.parametrize(
    "typed",
    ["", "marie", "a@b@c.example", "marie@example.org\r\nBcc: x@example.org", "marie@example.org, x@example.org",
     "Marie <marie@example.org>", "marie@example.org>", "marie@-.example", "\ud800@b.example", "a" * 400 + "@b.example",
     "marie@example.org\x00"],
)  # fmt: skip
def test_what_is_no_address_is_refused_by_name(typed: str) -> None:
    with pytest.raises(AddressImpossible):
        address(typed)
    with pytest.raises(AddressImpossible):
        a_letter(typed).written()


def test_a_letter_hides_its_words_from_logs() -> None:
    letter = a_letter()
    assert "Treiz'Local" in repr(letter)
    assert "/v/" not in repr(letter)
    assert "/v/" not in repr(letter.written())
