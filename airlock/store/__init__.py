"""What the airlock keeps: requests in the one database, files by their SHA-256 in a folder of its own."""
