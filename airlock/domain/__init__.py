"""What the airlock speaks about: findings, kinds of output, requests, reviews. Plain values only."""
