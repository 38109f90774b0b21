"""The airlock's pages for people, and the interface that notebooks reach through the relay."""
