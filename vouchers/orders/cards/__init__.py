"""The port to Stripe: what it is asked and what it answers, in our words."""
