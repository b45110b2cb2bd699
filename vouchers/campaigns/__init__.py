"""Campaigns: a theme that shops share for a while, and a funder's money for those who spend during it."""
