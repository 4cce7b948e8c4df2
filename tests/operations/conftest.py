"""Fixtures of the tests of operations."""

from tests.operations.trouble import on_the_wire

__all__ = ["on_the_wire"]
