"""A research report that can be run again: evidence, chapters and a book."""
