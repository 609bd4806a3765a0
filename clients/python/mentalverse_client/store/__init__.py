"""What this device keeps, sealed: nothing here decides or asks anybody."""
