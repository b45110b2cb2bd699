"""Every proof: green in a town at work; spoiled on purpose, red is the right one, with the right number."""

from __future__ import annotations

from datetime import timedelta

from ledger.database import Sessions
from ledger.money import ZERO, Money
from tests.given import Town, paris
from tests.ledger.given import by_hand
from vouchers import buyers, proofs
from vouchers.proving import everything, full_audits, gauging
from vouchers.proving.everything import PROOFS, Line, Proof, Proofs
from vouchers.proving.gauges import DEFAULT, Limits


async def prove(town: Town) -> Proofs:
    return await town.do(lambda session: everything.prove(session, at=town.at))


def broken(found: Proofs) -> dict[Proof, Line]:
    return {one.proof: one for one in found.lines if one.state == "broken"}


async def audit(town: Town) -> None:
    """The whole books, as the job does it."""

    async def work(session) -> None:
        audit_id = await full_audits.ask(session, actor="op", at=town.at)
        found = await proofs.audit(session)
        books = await full_audits.state_of_books(session)
        await full_audits.keep(session, audit_id, found, books, at=town.at)

    await town.do(work)


async def test_in_a_town_at_work_everything_adds_up(town: Town) -> None:
    await town.pay_in("10,00", owner=town.funder)
    voucher = await town.voucher(worth="50,00")
    await town.top_up(voucher, "5,00")
    await town.undo(await town.till.redeem(voucher, "3,00"))
    await town.till.redeem(voucher, "12,50")
    await audit(town)
    found = await prove(town)
    assert tuple(one.proof for one in found.lines) == PROOFS
    assert found.state == "holds", found.lines
    fence = found.fence
    assert (fence.bank, fence.vouchers, fence.shops, fence.funders) == tuple(
        Money.of(one) for one in ("60", "42,50", "12,50", "5")
    )
    assert found.conserved.sums["issued"] == Money.of("50")
    assert found.conserved.sums["left"] == Money.of("42,50")
    assert (found.conserved.batches, found.conserved.funders) == (1, 1)
    assert found.trial.debits == found.trial.credits > ZERO
    assert found.seals.unchanged
    circulation, payments = found.gauges
    assert (circulation.amount, payments.amount) == (Money.of("42,50"), Money.of("12,50"))


async def test_vouchers_on_credit_leave_the_fence_short_by_what_is_owed(town: Town) -> None:
    await town.issue("50,00", 2, on_credit=True)
    found = await prove(town)
    assert broken(found) == {"ring-fence": Line("ring-fence", "broken", -Money.of("100"))}


async def test_the_money_of_one_buyer_never_covers_what_another_owes(town: Town) -> None:
    new = buyers.NewBuyer("company", "Épicerie du Cours")
    other = await town.do(lambda session: buyers.register_buyer(session, new, at=town.at))
    await town.pay_in("100,00", owner=other.id)
    await town.issue("40,00", on_credit=True)
    found = await prove(town)
    assert found.fence.ring_fence.covered
    assert (found.fence.buyers, found.fence.with_buyers.short_by) == (Money.of("100"), Money.of("40"))
    assert set(broken(found)) == {"ring-fence"}


async def test_a_batch_or_a_funder_that_does_not_agree_is_named_with_what_is_missing(
    town: Town, owner: Sessions
) -> None:
    await town.pay_in("10,00", owner=town.funder)
    batch = await town.batch("20,00", 2)
    await town.top_up((await town.papers(batch))[0], "4,00")
    await by_hand(owner, "UPDATE batches SET face_value = face_value + 1")
    await by_hand(owner, "UPDATE top_ups SET amount = amount - 30")
    found = await prove(town)
    assert [(one.batch, one.missing) for one in found.conserved.wrong_batches] == [(batch, Money(2))]
    assert [(one.funder, one.missing) for one in found.conserved.wrong_funders] == [(town.funder, Money(30))]
    assert broken(found)["conservation"] == Line("conservation", "broken", Money(32), 2)


async def test_an_account_changed_by_hand_shows_in_the_trial_balance(town: Town, owner: Sessions) -> None:
    await town.voucher(worth="20,00")
    await by_hand(owner, "UPDATE accounts SET debits_posted = debits_posted + 7 WHERE kind = 'bank'")
    assert broken(await prove(town)) == {"trial-balance": Line("trial-balance", "broken", Money(7))}


async def test_an_account_of_a_kind_that_there_is_not_breaks_the_balance_and_not_the_page(
    town: Town, owner: Sessions
) -> None:
    await town.batch("20,00", 1)
    await by_hand(owner, "UPDATE accounts SET kind = 'treasure' WHERE kind = 'voucher'")
    assert broken(await prove(town))["trial-balance"].amount == Money.of("20")


async def test_a_transfer_changed_by_hand_shows_once_the_books_are_audited(town: Town, owner: Sessions) -> None:
    voucher = await town.voucher(worth="20,00")
    await audit(town)
    kept = (await prove(town)).seals
    assert (kept.state, kept.unchanged) == ("holds", True)
    spent = await town.till.redeem(voucher, "5,00")
    assert not (await prove(town)).seals.unchanged
    await by_hand(owner, "UPDATE transfers SET effective_at = effective_at - interval '1 day' WHERE id = :id",
                  id=spent.redemption)  # fmt: skip
    await audit(town)
    found = await prove(town)
    assert broken(found) == {"audit": Line("audit", "broken", count=1)}
    assert found.seals.last is not None
    assert [(one.proof, one.id) for one in found.seals.last.named] == [("digest", spent.redemption)]


async def test_an_audit_is_asked_for_once_at_a_time_and_grows_old(town: Town) -> None:
    assert (await prove(town)).seals.state == "watch"  # none was done yet
    first = await town.do(lambda session: full_audits.ask(session, actor="op", at=town.at))
    assert await town.do(lambda session: full_audits.ask(session, actor="other", at=town.at)) == first
    assert (await prove(town)).seals.asked_at == town.at
    town.at += full_audits.LOST  # its worker died
    assert (await prove(town)).seals.asked_at is None
    await audit(town)
    assert (await prove(town)).seals.state == "holds"
    town.at += full_audits.FRESH + timedelta(seconds=1)
    assert (await prove(town)).seals.stale
    assert (await prove(town)).seals.state == "watch"


async def test_payments_count_by_days_in_paris_and_not_if_they_were_undone(town: Town) -> None:
    voucher = await town.voucher(worth="100,00")
    for typed, amount in (("2026-10-31T23:59:59", "1,00"), ("2026-11-01T00:00:00", "20,00")):
        town.at = paris(typed)
        await town.till.redeem(voucher, amount)
    undone = await town.till.redeem(voucher, "30,00")
    await town.undo(undone)
    town.at = paris("2027-10-31T23:59:59")
    payments = (await prove(town)).gauges[1]
    assert payments.amount == Money.of("20")  # that of 31 October is twelve months old and a day
    town.at = paris("2027-10-30T12:00:00")
    assert (await prove(town)).gauges[1].amount == Money.of("21")


async def test_limits_hold_from_their_day_and_what_held_before_stays(town: Town) -> None:
    before = town.at - timedelta(days=1)
    await town.do(lambda session: gauging.set_limits(session, "payments", Limits(1_000, 2_000), actor="op", at=town.at))
    for moment, gauge, limits in (
        (before, "payments", DEFAULT), (town.at, "payments", Limits(1_000, 2_000)), (town.at, "circulation", DEFAULT),
    ):  # fmt: skip
        day = moment.date()
        assert await town.do(lambda session, g=gauge, d=day: gauging.limits_on(session, g, d)) == limits
