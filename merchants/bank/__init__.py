"""What the bank says of the programme's account: statements (camt.053), read back, and what became of each line."""
