"""Whoever recruits shops: applications to answer, shops to invite, those that never took a voucher."""

from typing import Final

from api.pages.recruiting import applications, bank_changes, finding, invitations, overview

ROUTERS: Final = (
    overview.router,
    finding.router,
    applications.router,
    invitations.router,
    bank_changes.router,
)
