"""Host names, compared as hosts are."""

import idna


def name_of_host(host: str) -> str:
    """Without port and trailing dot, in lower case, letters of other scripts in their ASCII form."""
    name = host.strip()
    if not name.endswith("]"):
        name = name.rsplit(":", 1)[0] if ":" in name else name
    name = name.rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return name
