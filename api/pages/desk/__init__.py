"""The operator's desk: money that came, refunds, disputes, Stripe's account, buyers; the month's end, its accounts."""

from typing import Final

from api.pages.desk import (
    accounts,
    bank,
    buyers,
    campaign_shops,
    campaigns,
    closings,
    code_attempts,
    credit,
    decisions,
    disputes,
    giving_back,
    home,
    money,
    on_order,
    payouts,
    refunds,
    stripe,
    tracing,
)

ROUTERS: Final = (
    home.router,
    money.router,
    bank.router,
    credit.router,
    on_order.router,
    decisions.router,
    giving_back.router,
    refunds.router,
    disputes.router,
    stripe.router,
    closings.router,
    tracing.router,
    accounts.router,
    buyers.router,
    campaigns.router,
    campaign_shops.router,
    code_attempts.router,
    payouts.router,
)
