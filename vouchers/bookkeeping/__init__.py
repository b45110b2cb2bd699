"""The books of account: what an accountant takes away of the months that are closed."""
