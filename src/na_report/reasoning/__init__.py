"""The chain from recommendation to source, claims and their checks, changes between editions."""
