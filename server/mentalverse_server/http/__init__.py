"""HTTP: the account API, health, metrics, and the page at `/`."""
