"""The encoding that a request names for itself."""

import codecs
import re

from django.utils.http import parse_header_parameters

CHARSET = re.compile(r"""\s*;\s*charset\s*=\s*("[^"]*"|[^;"]*)""", re.IGNORECASE)


def in_utf8(content_type: str) -> str:
    """The type without its encoding, which is UTF-8. Raises `ValueError` where it names another.

    Forms are UTF-8 in every browser (URL standard, section 5). Django reads the address and the form in any encoding
    that Python has, some of which (*hex*, *zlib*) decode no text at all, and fails before its first middleware.
    """
    name = parse_header_parameters(content_type)[1].get("charset")
    if name is None:
        return content_type
    try:
        is_ours = codecs.lookup(name).name == "utf-8"
    except (LookupError, UnicodeError):
        is_ours = False
    bare = CHARSET.sub("", content_type)
    if not is_ours or "charset" in parse_header_parameters(bare)[1]:
        raise ValueError(f"not UTF-8: {content_type[:100]!r}")
    return bare
