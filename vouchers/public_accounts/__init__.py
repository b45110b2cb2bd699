"""The account that a funder is given each year (CGCT art. L.1611-7): what was granted, spent where, what came back."""
