"""A filter between worker and Docker engine: it lets pass what worker/sandbox/docker.py asks, and nothing else."""
