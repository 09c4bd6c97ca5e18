"""Laws that features, events, labels and splits keep, and how a class is found to break one."""
