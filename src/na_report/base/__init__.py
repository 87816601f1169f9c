"""What all rooms use: errors, paths, settings, files, locks, words."""
