"""One look for all pages: stylesheet, page frame and words, shared by hub, airlock and administration."""
