"""Figures of the product as ratios measured side by side. Run by `make bench`; these are no timed tests."""
