"""Public money: what a funder's agreement allows, what is kept for whom, and what is added when vouchers are bought."""
