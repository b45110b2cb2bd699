"""Rules of use: where and when the vouchers of a batch are taken."""
