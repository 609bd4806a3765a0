"""Paging whoever is on call: what a page says, how it is sent, and that it is sent."""
