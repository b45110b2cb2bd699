"""What recruiting calls things: how an invitation stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.pages.catalogues import marked
from merchants.joining.invitations import Standing

STANDINGS: Final[Mapping[Standing, tuple[str, str]]] = {
    "queued": ("wait", marked("On its way")),
    "sent": ("note", marked("Letter sent")),
    "opened": ("note", marked("Reading it")),
    "accepted": ("done", marked("Said yes")),
    "declined": ("stop", marked("Said no")),
    "expired": ("stop", marked("No answer in time")),
    "refused": ("error", marked("Address refused")),
    "bounced": ("error", marked("Letter came back")),
    "doubtful": ("warning", marked("May have arrived")),
}
"""The badge and the word of each, in the order in which they are shown."""
