"""What is told of one run: its sections, pictures and pages."""
