"""The books: accounts, transfers, holds, balances, audit. They know no voucher, shop, web page or clock."""
