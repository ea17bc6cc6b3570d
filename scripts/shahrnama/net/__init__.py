"""The network: one bounded, guarded way out, and words for everything that can go wrong on it."""
