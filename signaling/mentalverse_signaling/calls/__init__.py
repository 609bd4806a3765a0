"""Calls and circles: who sits where, what each may do, and how people are connected."""
