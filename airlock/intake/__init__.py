"""Where hostile input lives and ends: staging, telling what a file is, turning it into plain grids."""
