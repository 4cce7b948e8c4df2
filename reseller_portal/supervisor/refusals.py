"""What is looked at before anything starts. Each refusal is one line that names what to do."""

import base64
import errno
import os
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

SCHEMES = {
    "DATABASE_URL": {"postgres", "postgresql"},
    "CELERY_BROKER_URL": {"redis", "rediss", "redis+socket", "amqp", "amqps"},
    "UPSTREAM_URL": {"http", "https"},
}
DEFAULT_PORTS = {"redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}
EXAMPLES = {
    "DATABASE_URL": "postgresql://user:password@host:5432/name",
    "CELERY_BROKER_URL": "redis://host:6379/0",
    "UPSTREAM_URL": "https://host/api/v1/integration",
}


DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class Refusal(Exception):
    """It cannot start; the text is one line for the person at the keyboard."""


class Interrupted(Exception):
    """The person asked to stop before everything was up."""


# PostgreSQL's own starter passes the path through a shell, between double quotes.
UNFIT = set('"$`\\\n')


def check_folder(folder: Path) -> None:
    if found := UNFIT & set(str(folder)):
        raise Refusal(f"The folder {str(folder)!r} holds {found.pop()!r}. Set PORTAL_DATA to another folder.")
    try:
        make_private(folder)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Refusal(
            f"The folder {folder} cannot be used ({error.strerror}). Set PORTAL_DATA to one of your own."
        ) from None


def check_room(folder: Path, megabytes: int) -> None:
    """Before anything is made there. Raises `Refusal` where the disk has less left."""
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < megabytes:
        raise Refusal(
            f"The disk of {folder} has {free} MB left, and {megabytes} MB are needed. Make room, or set PORTAL_DATA to"
            " another folder."
        )


def refused_by_machine(error: OSError) -> str:
    """One line for what no check saw coming."""
    if error.errno in DISK_FULL:
        return "The disk is full. Make room, then start again."
    return f"The machine does not let the portal start: {error}."


def make_private(folder: Path) -> None:
    """For its owner alone, whatever the umask; started by root, the database's own user may pass through, not look."""
    is_root = os.getuid() == 0
    missing = [each for each in folder.parents if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in missing if is_root else ():
        each.chmod(0o711)
    folder.chmod(0o711 if is_root else 0o700)


def holds_an_install(folder: Path) -> bool:
    """Whether a run has made its secrets there. Raises `Refusal` for a folder that is closed to this person."""
    try:
        os.stat(folder / "secrets.json")
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise Refusal(f"The folder {folder} cannot be read ({error.strerror}). Run this as its owner.") from None
    return True


def check_port(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Refusal(f"Port {port} is for the system alone. Set {name} to one from 1024 on.") from None
        except OSError:
            raise Refusal(f"Port {port} is in use. Stop what uses it, or set {name} to another one.") from None
        except OverflowError:
            raise Refusal(f"{name} must be from 1 to 65535, not {port}.") from None


def check_urls(environment: Mapping[str, str]) -> None:
    for name, schemes in SCHEMES.items():
        value = environment.get(name, "")
        if value and not _fits(value, schemes):
            raise Refusal(f"{name} is not an address that can be used. It looks like {EXAMPLES[name]}.")
    if environment.get("CELERY_BROKER_URL", "").startswith("amqp") and not environment.get("CACHE_URL"):
        raise Refusal("CELERY_BROKER_URL is a RabbitMQ, which is no cache: set CACHE_URL to a Redis.")
    if not all(map(_is_field_key, environment.get("FIELD_KEYS", "").replace(" ", "").split(","))):
        raise Refusal("FIELD_KEYS must hold Fernet keys, separated by commas: 32 bytes in url-safe base64 each.")
    if environment.get("UPSTREAM_URL") and not environment.get("UPSTREAM_KEY"):
        raise Refusal("UPSTREAM_URL is set, so UPSTREAM_KEY must hold the key for it.")


def _is_field_key(text: str) -> bool:
    try:
        return not text or len(base64.urlsafe_b64decode(text)) == 32
    except ValueError:
        return False


def check_answers(name: str, url: str) -> None:
    """Whether something listens at a named address. Socket files are left to whoever connects."""
    parts = urlsplit(url)
    if not parts.hostname:
        return
    port = parts.port or DEFAULT_PORTS.get(parts.scheme, 443)
    try:
        socket.create_connection((parts.hostname, port), timeout=5).close()
    except OSError as error:
        words = error.strerror or str(error)
        raise Refusal(f"{name} does not answer: {parts.hostname}:{port}: {words}.") from None


def read_port(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "") or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Refusal(f"{name} must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _fits(value: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc or parts.path.strip("/"))
