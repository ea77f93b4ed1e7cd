"""Measurements behind every promise of speed: `python -m benchmarks [--json] [NAME ...]`.

Medians of several runs, and ratios to a bare baseline measured in the same run, because machines are shared and noisy.
"""
