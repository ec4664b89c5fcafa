"""The commands, one file each: `main(arguments)` does the work, prints to stdout and returns the exit code."""
