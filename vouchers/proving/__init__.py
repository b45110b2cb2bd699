"""The proofs page: everything that can be proved of a programme's money, each proof green or red with its number."""
