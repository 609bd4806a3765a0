"""The wire protocol between MentalVerse clients and server: pure, no I/O.

Event names, payload types, limits, error codes, and the arithmetic both ends
must agree on. `README.md` of the folder is the protocol document.
"""
