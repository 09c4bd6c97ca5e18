"""What each command can be asked: one parser a file, of the command's name, which imports nothing slow."""
