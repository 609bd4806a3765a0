"""The transparency log: whose keys are proven, and what the person has to be told."""
