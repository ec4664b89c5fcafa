"""Foreign policies in a child process that sees observations and gives actions, nothing else (docs/isolation.md)."""
