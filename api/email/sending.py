"""How this installation sends letters: by its mail server if it has one, and else into a folder."""

from __future__ import annotations

from api.email.outbox import OutboxMailer
from api.email.outcomes import AboutTo, Doubtful, Line, Mailer, Outcome, Postponed, Refused, Sent
from api.email.smtp import Patience, SmtpMailer
from api.settings import Settings

__all__ = [
    "AboutTo",
    "Doubtful",
    "Line",
    "Mailer",
    "OutboxMailer",
    "Outcome",
    "Patience",
    "Postponed",
    "Refused",
    "Sent",
    "SmtpMailer",
    "mailer_of",
]  # fmt: skip


def mailer_of(settings: Settings) -> Mailer:
    """What takes letters away.

    :raises SettingsRefused: if the address of the mail server cannot be read
    """
    server = settings.mail_server
    if server is None:
        return OutboxMailer(settings.home)
    return SmtpMailer(server, bounces=settings.mail_bounces or None)
