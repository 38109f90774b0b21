"""What can be done to a request: each act checks its rule, makes its change and records it, in one transaction."""
