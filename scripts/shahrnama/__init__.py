"""Shahrnama: a city's process data, harvested, validated and published for its people to check."""
