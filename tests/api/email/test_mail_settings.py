"""The settings of mail: how a mail server is named, and what is said when it cannot be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.email.sending import OutboxMailer, SmtpMailer, mailer_of
from api.settings import MailServer as Server
from api.settings import Settings, SettingsRefused


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", Server("mail.example", 587, "starttls")),
        ("smtp://u%40x:p%2Fw@mail.example:25", Server("mail.example", 25, "starttls", "u@x", "p/w")),
        ("smtp://10.0.0.2:25?starttls=never", Server("10.0.0.2", 25, "never")),
        ("smtps://u:p@mail.example", Server("mail.example", 465, "always", "u", "p")),
        ("smtp://127.0.0.1:2525", Server("127.0.0.1", 2525, "never")),
        ("smtp://[::1]:2525?starttls=required", Server("::1", 2525, "starttls")),
    ],
)
def test_the_address_of_a_mail_server_says_how_to_reach_it(url: str, expected: Server) -> None:
    settings = Settings(smtp_url=url, mail_from="bons@école.example")
    assert settings.mail_server == expected
    assert settings.sender == "bons@xn--cole-9oa.example"
    assert isinstance(mailer_of(settings), SmtpMailer)
    assert "p/w" not in repr(settings) + repr(settings.mail_server)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"smtp_url": "smtp://mail.example"}, "OBOLE_MAIL_FROM"),
        ({"smtp_url": "http://mail.example", "mail_from": "a@b.example"}, "not the address of a mail server"),
        ({"smtp_url": "mail.example:25", "mail_from": "a@b.example"}, "not the address of a mail server"),
        ({"smtp_url": "smtp://mail.example:port", "mail_from": "a@b.example"}, "cannot be read"),
        ({"smtp_url": "smtp://mail.example:99999", "mail_from": "a@b.example"}, "cannot be read"),
        ({"smtp_url": "smtp://mail.example?starttls=maybe", "mail_from": "a@b.example"}, "starttls"),
        ({"smtp_url": "smtps://mail.example?starttls=never", "mail_from": "a@b.example"}, "starttls"),
        ({"mail_from": "Ville <a@b.example>"}, "OBOLE_MAIL_FROM is not an e-mail address"),
        ({"mail_from": "a@b.example\r\nBcc: c@d.example"}, "OBOLE_MAIL_FROM is not an e-mail address"),
        ({"mail_bounces": "andré@b.example"}, "OBOLE_MAIL_BOUNCES: every mail server must take it"),
    ],
)
def test_mail_settings_that_cannot_work_say_which_and_why(told: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsRefused, match=re.escape(sentence)):
        Settings(**told)


def test_without_a_mail_server_letters_go_to_the_outbox(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert isinstance(mailer_of(settings), OutboxMailer)
    assert settings.sender == "obole@outbox.example"
