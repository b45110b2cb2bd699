"""What people are told when something is refused, in French and English: one sentence that says what to do."""
