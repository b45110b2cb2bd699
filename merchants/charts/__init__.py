"""Charts as lists of shapes, drawn alike on a page and on paper."""
