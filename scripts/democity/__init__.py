"""democity: a small fictional city hall that serves the protocols real ones speak."""
