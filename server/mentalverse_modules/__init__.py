"""Default credential, matching and reward policies, as pure rules."""
