"""How a chapter says things: numbers, prose, tables, captions."""
