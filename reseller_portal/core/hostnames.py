"""Domain names and addresses in the one spelling in which they are compared: lower case, ASCII, no dot at the end."""

import idna

INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"


def ascii_name(text: str) -> str:
    """*München.DE.* is xn--mnchen-3ya.de. What is no domain name comes back in lower case, to be compared as it is."""
    name = "".join(sign for sign in text if sign not in INVISIBLE).strip().strip("\"'").lower().rstrip(".").strip()
    try:
        return name if name.isascii() else idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return name


def ascii_address(text: str) -> str:
    """The part behind the last @ as a domain name; without one the whole text is one."""
    local, at, domain = text.rpartition("@")
    return f"{local.strip().strip(chr(34)).lower()}@{ascii_name(domain)}" if at else ascii_name(text)
