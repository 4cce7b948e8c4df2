"""Errors that a business rule raises: a sentence for the person who asked."""


class DomainError(Exception):
    """A rule said no. The text is shown to the user and names what to do."""


class NotAllowed(DomainError):
    """The actor's role does not include this."""
