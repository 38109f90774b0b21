"""Safe settings, inside the job: what runs on a node, what it can reach, and through which door."""
