"""The command line of the client: list, get, call, as table or JSON."""
