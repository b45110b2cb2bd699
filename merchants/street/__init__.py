"""The shop as the street sees it: its story, its photos, its opening hours."""
