"""Types of our own, as Frictionless checks: Persian dates, amounts and ids, of which stock types know nothing."""
