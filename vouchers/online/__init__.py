"""Selling online: the till behind a website, where holders return to, and the page on which they enter their code."""
