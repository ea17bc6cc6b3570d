"""Formats that sources speak: pure parsers, bytes in and records out."""
