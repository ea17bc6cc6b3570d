"""The gate: everything that is asked of a table before readers see it, and what becomes of rows that fail."""
