"""Crisis cases, clocks and dispatch, as pure rules."""
