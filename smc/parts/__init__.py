"""Parts of one's own: the kinds that there are, what is written for a new one, and the laws that it keeps."""
