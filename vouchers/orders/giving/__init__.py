"""Vouchers given to staff: the social-charge guard, and the attestation."""
