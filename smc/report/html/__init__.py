"""What every HTML page is made of: markup, blocks, charts."""
