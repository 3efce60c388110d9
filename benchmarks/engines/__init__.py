"""Engines and machine of ``benchmarks/engine.py``."""
