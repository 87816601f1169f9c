"""Chapters and pages: parameters, fingerprints, runs, sweeps, translations."""
