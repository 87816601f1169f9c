"""Processes that start warm, keep to their limits, and end."""
