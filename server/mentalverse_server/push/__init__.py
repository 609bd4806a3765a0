"""Web Push: waking a browser whose page is closed, without saying what for."""
