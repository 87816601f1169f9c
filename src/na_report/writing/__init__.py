"""How a chapter says things: numbers, texts, prose, tables."""
