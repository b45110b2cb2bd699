"""Money on the account: balance transactions, the balance, payouts.

Sources: https://docs.stripe.com/reports/balance-transaction-types, https://docs.stripe.com/payouts
"""

from __future__ import annotations

from tests.stripe_double.account import DAY, Account, Thing, random_id
from tests.stripe_double.refusing import Refused

_BANK = "ba_1OboleDoubleBankAccount0"


def move(
    account: Account,
    what: str,
    category: str,
    amount: int,
    source: str | None,
    *,
    fee: int = 0,
    words: str = "Stripe processing fees",
    days: int = 0,
    description: str | None = None,
) -> Thing:
    """A line of the account, in cents with its sign, available in ``days``."""
    details = [{"amount": fee, "application": None, "currency": "eur", "description": words, "type": "stripe_fee"}]
    return account.put({
        "id": random_id("txn_"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": account.now() + days * DAY,
        "balance_type": "payments",
        "created": account.now(),
        "currency": "eur",
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": details if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source,
        "status": "pending" if days else "available",
        "type": what,
    })  # fmt: skip


def ripen(account: Account) -> None:
    """What was to be available by now is available."""
    for line in account.of("balance_transaction"):
        if line["available_on"] <= account.now():
            line["status"] = "available"


def balance(account: Account) -> Thing:
    """The balance object."""
    ripen(account)
    sums = {"available": 0, "pending": 0}
    for line in account.of("balance_transaction"):
        sums[line["status"]] += line["net"]

    def part(name: str) -> list[Thing]:
        return [{"amount": sums[name], "currency": "eur", "source_types": {"card": sums[name]}}]

    return {"object": "balance", "available": part("available"), "livemode": False, "pending": part("pending")}


def pay_out(account: Account, amount: int | None) -> Thing:
    """Send money to the bank: everything available, as Stripe does by itself each day, or an amount, by hand."""
    available = balance(account)["available"][0]["amount"]
    sent = available if amount is None else amount
    if sent <= 0 or sent > available:
        raise Refused(
            "You have insufficient funds in your Stripe account for this transfer.", code="balance_insufficient"
        )
    payout = _payout(account, sent, automatic=amount is None)
    if amount is None:
        for line in account.of("balance_transaction"):
            if line["status"] == "available":
                account.paid_out.setdefault(line["id"], payout["id"])
    line = move(account, "payout", "payout", -sent, payout["id"], description="STRIPE PAYOUT")
    account.paid_out[line["id"]] = payout["id"]
    payout["balance_transaction"] = line["id"]
    account.put(payout)
    account.tell("payout.created", payout)
    account.tell("balance.available", balance(account))
    return payout


def payout_paid(account: Account, name: str) -> Thing:
    """The bank has it."""
    payout = account.find("payout", name)
    before = {"status": payout["status"]}
    payout["status"] = "paid"
    payout["trace_id"] = {"status": "supported", "value": random_id("", 12).upper()}
    account.tell("payout.updated", payout, {"trace_id": None})
    account.tell("payout.paid", payout, before)
    if payout["automatic"]:
        payout["reconciliation_status"] = "completed"
        account.tell("payout.reconciliation_completed", payout, {"reconciliation_status": "in_progress"})
    return payout


def payout_failed(account: Account, name: str) -> Thing:
    """The bank sent it back: it is on the account again."""
    payout = account.find("payout", name)
    before = {"status": payout["status"], "failure_code": None, "failure_message": None}
    line = move(account, "payout_failure", "payout_reversal", payout["amount"], name, description="Payout failure")
    payout |= {
        "status": "failed",
        "failure_balance_transaction": line["id"],
        "failure_code": "account_closed",
        "failure_message": "The bank account has been closed",
    }
    account.tell("payout.failed", payout, before | {"failure_balance_transaction": None})
    return payout


def _payout(account: Account, amount: int, *, automatic: bool) -> Thing:
    return {
        "id": random_id("po_"),
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": (account.now() // DAY + 2) * DAY,
        "automatic": automatic,
        "balance_transaction": None,
        "created": account.now(),
        "currency": "eur",
        "description": "STRIPE PAYOUT",
        "destination": _BANK,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "in_transit",
        "trace_id": None,
        "type": "bank_account",
    }
