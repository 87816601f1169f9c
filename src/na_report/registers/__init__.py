"""Rows of the evidence as readers meet them: blocks, verdicts, registers."""
