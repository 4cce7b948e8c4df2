"""Where unix sockets live: beside the data, unless its path is too long for one or holds signs that are misread."""

import re
from pathlib import Path
from tempfile import mkdtemp

# A socket's path has about 100 characters, of which its own name takes up to 20.
LONGEST = 75
PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


def socket_folder(home: Path, *, owners: tuple[int, ...]) -> Path:
    """The folder for the sockets of what is kept in `home`; a short one is made under a name that nobody can guess.

    One that was made is noted in `home`, and taken again as long as it is a folder of one of these owners.
    """
    kept = home / "socket"
    if len(str(kept)) < LONGEST and PLAIN.fullmatch(str(kept)):
        return kept
    note = home / "socket.at"
    if note.exists() and _is_ours(noted := Path(note.read_text()), owners):
        return noted
    fresh = Path(mkdtemp(prefix="portal-"))
    note.write_text(str(fresh))
    return fresh


def _is_ours(place: Path, owners: tuple[int, ...]) -> bool:
    return place.is_dir() and not place.is_symlink() and place.stat().st_uid in owners
