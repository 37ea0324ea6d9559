"""Speed and memory, as ratios within one run; never timed in a test."""
