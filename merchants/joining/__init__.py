"""How shops come in: the register of establishments, applications, invitations. Nobody is enrolled unasked."""
