"""What is sold and spent: codes, batches, vouchers and what is done to them."""
