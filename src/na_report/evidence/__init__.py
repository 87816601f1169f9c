"""What the report knows: editions of the evidence and what rests on what."""
