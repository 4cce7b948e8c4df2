"""Signs that JSON can spell and no database keeps: NUL, and halves of a pair that stand alone.

One of them in a name or a refusal, and all of the answer could not be written down, however often it is read.
"""

import re
from typing import Any

# As escapes in an answer: what cannot be there need not be looked for.
ILLEGIBLE = re.compile(rb"\\u(?:0000|d[89a-f])", re.IGNORECASE)


def legible(value: Any) -> Any:
    """The same without NUL, and with a question mark for what is no sign; at any depth."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [legible(each) for each in value]
    if isinstance(value, dict):
        return {legible(key): legible(each) for key, each in value.items()}
    return value
