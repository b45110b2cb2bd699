"""Figures that those who run a programme look at."""
