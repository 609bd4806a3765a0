"""Bounded loopback measurements: `python -m load_tests SCENARIO [--quick] [--json]`."""
