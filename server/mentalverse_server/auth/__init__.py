"""Invitation codes and tokens: what a person or a device presents."""
