"""How a chapter shows the evidence: numbers, tables, figures and blocks of text."""
