"""What joining refuses."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ledger.errors import Refusal


class ShopJoinedAlready(Refusal):
    """The shop is in the programme already, or was; it need not apply."""

    def __init__(self, *, siret: str) -> None:
        self.siret = siret
        super().__init__(f"The shop {siret} is in the programme already.")


class ShopAppliedAlready(Refusal):
    """An application of this shop waits to be decided."""

    def __init__(self, *, siret: str) -> None:
        self.siret = siret
        super().__init__(f"The shop {siret} has applied already.")


class ApplicationUnknown(Refusal):
    """No such application in this programme."""

    def __init__(self, *, application: UUID) -> None:
        self.application = application
        super().__init__(f"There is no application {application}.")


class ApplicationDecided(Refusal):
    """The application was decided before, or is not confirmed yet."""

    def __init__(self, *, state: str) -> None:
        self.state = state
        super().__init__(f"This application is {state}.")


class ReasonMissing(Refusal):
    """Whoever declines says why."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"Say why, in {most} characters at most.")


class CharterOutdated(Refusal):
    """The charter that was accepted is not the one that holds now."""

    def __init__(self, *, version: str) -> None:
        self.version = version
        super().__init__(f"The charter of today is {version}.")


class JoiningLinkSpent(Refusal):
    """A link that opens nothing any more: too old, cut off, or never ours."""

    def __init__(self) -> None:
        super().__init__("This link opens nothing any more.")


class InvitationUnknown(Refusal):
    """No such invitation in this programme."""

    def __init__(self, *, invitation: UUID) -> None:
        self.invitation = invitation
        super().__init__(f"There is no invitation {invitation}.")


class InvitationOpen(Refusal):
    """The shop is invited already; it can be reminded."""

    def __init__(self, *, siret: str) -> None:
        self.siret = siret
        super().__init__(f"The shop {siret} is invited already.")


class InvitationEnded(Refusal):
    """The invitation was answered or has expired."""

    def __init__(self, *, state: str) -> None:
        self.state = state
        super().__init__(f"This invitation is {state}.")


class LettersEnough(Refusal):
    """So many letters about one invitation were sent, and no more will be."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"{most} letters were sent, and no more will be.")


class ReminderTooSoon(Refusal):
    """A letter is still on its way, or left a few days ago only."""

    def __init__(self, *, days: int) -> None:
        self.days = days
        super().__init__(f"Wait {days} days between two letters.")


class AskedLately(Refusal):
    """The shop declined or let an invitation expire not long ago: it is asked again from a day on."""

    def __init__(self, *, again_on: date) -> None:
        self.again_on = again_on
        super().__init__(f"The shop is not asked again before {again_on}.")


class EstablishmentUnknown(Refusal):
    """Neither a shop nor an establishment of the imported register has this SIRET."""

    def __init__(self, *, siret: str) -> None:
        self.siret = siret
        super().__init__(f"Nothing is known of {siret}.")
