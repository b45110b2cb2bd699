"""Orders: what companies and private people ask for, pay, and hand out."""
