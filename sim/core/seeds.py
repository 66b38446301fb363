"""Seeds name the random numbers of a run; apart from the streams, as a command line needs no more than their limit."""

LARGEST_SEED = 2**63 - 1
