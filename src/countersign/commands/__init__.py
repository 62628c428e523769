"""What the command line can do: one file a command, each with `add(parser)` and `run(...)`."""
