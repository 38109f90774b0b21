"""The sandbox proves itself: forbidden and allowed acts, tried for real, and the exact matrix of outcomes.

The same acts run outside, where most of the forbidden ones succeed: so the probe itself is known to work.
"""
