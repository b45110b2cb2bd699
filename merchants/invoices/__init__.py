"""Commission invoices: what a programme invoices a shop for, as Factur-X."""
