"""What a conversation is on this device, without a connection: rows in, rows out."""
