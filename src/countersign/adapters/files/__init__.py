"""Where bytes are kept: each content once, under its own SHA-256."""
