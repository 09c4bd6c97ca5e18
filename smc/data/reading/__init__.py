"""From the bytes of a file to typed columns: container, dialect, columns, stamps, numbers, zone."""
