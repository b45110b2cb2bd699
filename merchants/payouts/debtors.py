"""Who pays: the programme, from its bank account."""

from __future__ import annotations

from merchants.payouts.credit_transfers import Account
from merchants.payouts.errors import ProgrammeAccountMissing
from merchants.payouts.sepa_text import sendable_name
from merchants.programme import Terms


def debtor_of(terms: Terms) -> Account:
    """The account from which shops are paid, by these rules.

    :raises ProgrammeAccountMissing: if they name none
    :raises NameNotSendable: if nothing is left of the issuer's name
    """
    if not terms.iban:
        raise ProgrammeAccountMissing
    return Account(sendable_name(terms.legal_name), terms.iban, terms.bic)
