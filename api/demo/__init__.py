"""A demonstration programme that has already lived: real shops, invented people, two months of vouchers."""
