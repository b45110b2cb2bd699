"""What people give us: lists of beneficiaries, addresses, amounts, pictures, each read with care."""
