"""A sweep on Ray: joining a cluster, what is handed to a node, what the node does, and what comes back."""
