"""Rows of the evidence as readers meet them: blocks, registers, what is counted."""
