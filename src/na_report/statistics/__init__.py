"""Figures that statistics offices publish: which series an edition has, what an office answers, and what that changes."""
