"""Those who hold vouchers: keeping one with an address, finding it again, being reminded, being forgotten."""
