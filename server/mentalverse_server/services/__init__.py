"""What the server does: load, decide with a pure function, save in one script."""
