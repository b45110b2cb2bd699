"""From closed settlements to the file that the bank takes: who waits, who is held back, two people, one file."""
