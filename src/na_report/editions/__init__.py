"""Editions of the evidence: schema, integrity, drafts and seals, and what a page asked of one."""
