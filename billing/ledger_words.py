"""What moved money, as customers and bookkeepers read it: a word and the state whose look it has."""

WORDS = {
    "credit": ("Added", "done"),
    "debit": ("Taken off", "REMOVED"),
    "refund": ("Refunded", "done"),
    "hold": ("On hold", "waiting"),
    "release": ("Released", "REMOVED"),
    "capture": ("Charged", "done"),
    "charge": ("Charged", "done"),
    "return": ("Returned", "done"),
    "cost": ("Cost", "done"),
    "cost.corrected": ("Cost corrected", "done"),
}


def word_of(kind: str) -> tuple[str, str]:
    """(word, state)"""
    return WORDS.get(kind, (kind.replace(".", " ").replace("_", " ").capitalize(), "done"))
