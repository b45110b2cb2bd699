"""What redeeming and issuing cost: ``python -m benchmarks``, or ``make bench``."""
