"""Publish: packages to everything that readers open."""
