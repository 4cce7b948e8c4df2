"""What stands at the other end of the wire in tests: the sandbox, without a socket."""

import requests

from reseller_portal.sandbox.adapter import SandboxAdapter


def sandbox_session() -> requests.Session:
    session = requests.Session()
    session.mount("http://sandbox.invalid", SandboxAdapter())
    return session
