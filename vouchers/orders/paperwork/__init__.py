"""What an accountant keeps: requests for payment, invoices, receipts, credit notes."""
