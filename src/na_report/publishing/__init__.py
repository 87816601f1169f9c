"""How chapters become a book; knows files and hashes, nothing of the subject."""
