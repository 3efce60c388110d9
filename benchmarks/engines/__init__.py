"""What benchmarks/engine.py measures: engines that run a whole simulation, and the machine they run on."""
