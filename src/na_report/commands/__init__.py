"""The commands: what each takes is in `arguments.py`; the other modules do them and print what they find."""
