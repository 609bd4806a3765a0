"""What recovery words bring back: the account, and the past."""
