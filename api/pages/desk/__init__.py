"""The operator's desk: money that came, the bank's statements, credit, refunds, disputes, Stripe's account, buyers."""

from typing import Final

from api.pages.desk import (
    bank,
    buyers,
    campaign_shops,
    campaigns,
    code_attempts,
    credit,
    decisions,
    disputes,
    giving_back,
    home,
    money,
    on_order,
    refunds,
    stripe,
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
    buyers.router,
    campaigns.router,
    campaign_shops.router,
    code_attempts.router,
)
