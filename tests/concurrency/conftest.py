"""Fixtures of the tests of many workers."""

from tests.operations.trouble import on_the_wire

__all__ = ["on_the_wire"]
