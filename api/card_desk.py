"""Where the programmes of an installation take cards: a gateway to Stripe for each that has keys."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.settings import Settings, StripeKeys
from vouchers.orders.cards.card_refusals import CardsNotOffered
from vouchers.orders.cards.stripe_gateway import StripeGateway


@dataclass(slots=True)
class CardDesk:
    """The gateways, made when they are first needed and kept as long as the process lives."""

    settings: Settings
    gateways: dict[str, StripeGateway] = field(default_factory=dict)

    def offered(self, slug: str) -> bool:
        """Whether a programme takes cards; without keys card payment is hidden."""
        return slug in self.settings.stripe_keys

    def gateway(self, slug: str) -> StripeGateway:
        """The gateway of a programme.

        :raises CardsNotOffered:
        """
        keys = self.keys(slug)
        if slug not in self.gateways:
            self.gateways[slug] = StripeGateway(secret_key=keys.secret_key, base=self.settings.stripe_api)
        return self.gateways[slug]

    def keys(self, slug: str) -> StripeKeys:
        """The keys of a programme.

        :raises CardsNotOffered:
        """
        found = self.settings.stripe_keys.get(slug)
        if found is None:
            raise CardsNotOffered
        return found

    async def close(self) -> None:
        """Let go of the connections."""
        while self.gateways:
            _, gateway = self.gateways.popitem()
            await gateway.close()
