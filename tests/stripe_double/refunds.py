"""Refunds and disputes: money that goes back.

Sources: https://docs.stripe.com/refunds, https://docs.stripe.com/disputes
"""

from __future__ import annotations

from tests.stripe_double.account import DAY, Account, Thing, random_id
from tests.stripe_double.balance import move
from tests.stripe_double.refusing import Refused, missing

_DISPUTE_FEE = 2_000


def refund(account: Account, asked: Thing) -> Thing:
    """``POST /v1/refunds``."""
    charge = _charge_asked(account, asked)
    left = charge["amount"] - charge["amount_refunded"]
    amount = asked.get("amount", left)
    if charge["disputed"] and not _refundable(account, charge):
        raise Refused(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed", begun=True
        )
    if left == 0:
        raise Refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded", begun=True)
    if amount < 1:
        raise Refused("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise Refused(
            f"Refund amount (€{amount / 100:.2f}) is greater than unrefunded amount on charge (€{left / 100:.2f})",
            param="amount",
            begun=True,
        )
    made = account.put(_refund(account, charge, amount, asked))
    sepa = charge["id"].startswith("py_")
    line = move(
        account, "payment_refund" if sepa else "refund", "refund", -amount, made["id"],
        description=f"REFUND FOR {'PAYMENT' if sepa else 'CHARGE'} ({charge['description']})",
    )  # fmt: skip
    made["balance_transaction"] = line["id"]
    before = {key: charge[key] for key in ("amount_refunded", "refunded")}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    account.tell("refund.created", made)
    account.tell("charge.refunded", charge, before)
    return made


def settle(account: Account, name: str) -> Thing:
    """A refund that was on its way has arrived."""
    made = account.find("refund", name)
    before = {"status": made["status"]}
    made["status"] = "succeeded"
    made.pop("pending_reason", None)
    _tell(account, made, before, "refund.updated", "charge.refund.updated")
    return made


def fail(account: Account, name: str) -> Thing:
    """The payer's bank does not take the refund: the money is on our account again."""
    made = account.find("refund", name)
    before = {"status": made["status"]}
    line = move(
        account, "refund_failure", "refund_failure", made["amount"], name, description=f"REFUND FAILURE ({name})"
    )
    made |= {
        "status": "failed",
        "failure_reason": "expired_or_canceled_card",
        "failure_balance_transaction": line["id"],
    }
    made.pop("pending_reason", None)
    charge = account.things[made["charge"]]
    charge["amount_refunded"] -= made["amount"]
    charge["refunded"] = False
    _tell(account, made, before, "refund.failed", "refund.updated", "charge.refund.updated")
    return made


def dispute(
    account: Account, intent_id: str, amount: int | None, reason: str, *, inquiry: bool, days: int | None
) -> Thing:
    """The payer contests a payment. Unless it is a mere inquiry, Stripe takes the money and a fee at once.

    It may be answered until the end (UTC) of the day that is ``days`` from now; if None, the bank takes no answer.
    """
    intent = account.find("payment_intent", intent_id)
    charge = account.things[intent["latest_charge"]]
    made = account.put(_dispute(account, charge, amount or charge["amount"], reason))
    made["evidence_details"]["due_by"] = 0 if days is None else _end_of_day(account.now() + days * DAY)
    if inquiry:
        made["status"] = "warning_needs_response"
        _call(made, "inquiry")
        made["is_charge_refundable"] = True
    charge["disputed"] = True
    account.tell("charge.dispute.created", made)
    account.tell("charge.updated", charge, {"disputed": False})
    if not inquiry:
        _withdraw(account, made)
    return made


def answer(account: Account, name: str) -> Thing:
    """Evidence is sent in the dashboard, in time or not: the bank reads it."""
    made = account.find("dispute", name)
    before = {"status": made["status"], "evidence_details": dict(made["evidence_details"])}
    details = made["evidence_details"]
    if not made["status"].endswith("needs_response") or not details["due_by"]:
        raise Refused("This dispute can no longer be updated.", begun=True)
    details |= {
        "has_evidence": True, "past_due": account.now() > details["due_by"],
        "submission_count": details["submission_count"] + 1, "submission_method": "manual",
    }  # fmt: skip
    made["status"] = made["status"].replace("needs_response", "under_review")
    account.tell("charge.dispute.updated", made, before)
    return made


def decide(account: Account, name: str, *, won: bool) -> Thing:
    """The bank decides. Won: the money comes back, the fee does not."""
    made = account.find("dispute", name)
    before = {"status": made["status"]}
    inquiry = made["status"].startswith("warning_")
    if inquiry and not won:
        _call(made, "chargeback")
        _withdraw(account, made)
    made["status"] = ("warning_closed" if inquiry else "won") if won else "lost"
    made["is_charge_refundable"] = inquiry and won
    if won and made["balance_transactions"]:
        line = move(
            account, "adjustment", "dispute_reversal", made["amount"], name,
            description=f"Chargeback reversal for {made['charge']}",
        )  # fmt: skip
        made["balance_transactions"].append(line)
        account.tell("charge.dispute.funds_reinstated", made)
    account.tell("charge.dispute.closed", made, before)
    return made


def _end_of_day(moment: int) -> int:
    return moment - moment % DAY + DAY - 1


def _withdraw(account: Account, made: Thing) -> None:
    line = move(
        account, "adjustment", "dispute", -made["amount"], made["id"],
        fee=_DISPUTE_FEE, words="Dispute fee", description=f"Chargeback withdrawal for {made['charge']}",
    )  # fmt: skip
    made["balance_transactions"].append(line)
    made["is_charge_refundable"] = False
    account.tell("charge.dispute.funds_withdrawn", made)


def _call(made: Thing, case: str) -> None:
    if "payment_method_details" in made:
        made["payment_method_details"]["card"]["case_type"] = case


def _refundable(account: Account, charge: Thing) -> bool:
    disputes = [one for one in account.of("dispute") if one["charge"] == charge["id"]]
    return all(one["is_charge_refundable"] or one["status"] == "won" for one in disputes)


def _charge_asked(account: Account, asked: Thing) -> Thing:
    if "charge" in asked:
        return account.find("charge", asked["charge"], "charge")
    if "payment_intent" not in asked:
        raise missing("payment_intent")
    intent = account.find("payment_intent", asked["payment_intent"], "payment_intent")
    if intent["status"] != "succeeded":
        raise Refused(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            code="payment_intent_unexpected_state",
            param="payment_intent",
            begun=True,
        )
    return account.things[intent["latest_charge"]]


def _tell(account: Account, made: Thing, before: Thing, *whats: str) -> None:
    for what in whats:
        account.tell(what, made, before)


def _refund(account: Account, charge: Thing, amount: int, asked: Thing) -> Thing:
    sepa = charge["id"].startswith("py_")
    pending = account.refunds_start == "pending"
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    transfer = {"reference": None, "reference_status": None}
    details: Thing = (
        {"eu_bank_transfer": transfer, "type": "eu_bank_transfer"} if sepa else {"card": card, "type": "card"}
    )
    made: Thing = {
        "id": random_id("pyr_" if sepa else "re_"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": account.now(),
        "currency": charge["currency"],
        "destination_details": details,
        "metadata": dict(asked.get("metadata", {})),
        "payment_intent": charge["payment_intent"],
        "reason": asked.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if pending else "succeeded",
        "transfer_reversal": None,
    }
    if pending:
        made["pending_reason"] = "processing"
    return made


def _dispute(account: Account, charge: Thing, amount: int, reason: str) -> Thing:
    empty = (
        "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
        "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
        "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation", "duplicate_charge_explanation",
        "duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
        "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address", "shipping_carrier",
        "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file",
        "uncategorized_text",
    )  # fmt: skip
    evidence: Thing = dict.fromkeys(empty)
    evidence |= {"customer_email_address": charge["billing_details"]["email"], "enhanced_evidence": {}}
    made: Thing = {
        "id": random_id("du_"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": account.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": evidence,
        "evidence_details": {
            "due_by": None, "enhanced_eligibility": {}, "has_evidence": False, "past_due": False,
            "submission_count": 0, "submission_method": "not_submitted",
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }  # fmt: skip
    if charge["payment_method_details"]["type"] == "card":
        card = {"brand": "visa", "case_type": "chargeback", "network": "visa", "network_reason_code": "10.4"}
        made["payment_method_details"] = {"card": card, "type": "card"}
    return made
