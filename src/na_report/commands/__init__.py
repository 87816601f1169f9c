"""The commands: each module adds its own to the command line and prints what they find."""
