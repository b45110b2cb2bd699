"""A programme's whole books as one file, and back: from one installation to another (decision 54)."""
