"""Letters: composed from plain facts, sent by a mail server or kept in a folder, their bounces read."""
