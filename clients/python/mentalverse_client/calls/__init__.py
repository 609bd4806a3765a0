"""Calls: seats, connections and sealed media."""
