"""The node's door keeper: one per node, and one beside the hub (docs/adr/0010-the-door)."""
