"""What can be done to a request: each act asks its rule, makes its change and records it, in one go."""
