"""Paying shops for a period: closing, figures, statements."""
