"""Stripe's double: a server in its own process that answers as Stripe does, for tests and for trying out by hand.

It keeps the shapes of the API version the gateway pins: parameters are checked against the parameter types that the
``stripe`` library ships, and answers are held against its resource types by the double's own tests. What Stripe does
not have (faults on demand, disputes at will) stands under ``/_double/``.
"""
