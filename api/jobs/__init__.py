"""What runs later, and what runs every minute (decision 12)."""
