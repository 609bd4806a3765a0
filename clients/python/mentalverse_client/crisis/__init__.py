"""The crisis desk: asking for help, and answering."""
