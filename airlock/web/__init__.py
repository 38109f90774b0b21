"""The airlock for people: pages for authors and checkers, and the interface that notebooks reach through the relay."""
