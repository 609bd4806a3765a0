"""Groups and server: what comes is read, what waits is sent, who fell out returns."""
