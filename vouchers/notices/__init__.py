"""What online shops are told of, and how it reaches them: a message a time, signed, until it is taken."""
