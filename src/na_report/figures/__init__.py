"""What a chapter draws."""
