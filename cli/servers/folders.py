"""Where the embedded servers keep their data and their sockets, and whom they run as."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.held import hold_folder, make_held, remove_tree, sweep
from cli.processes import Account
from glaze.errors import ConflictError, UnavailableError

OF_THE_SYSTEM = Path("/var/lib/signal-profile-glaze")
"""Root's servers live here: they run as `nobody`, who may not see into root's folders, and those stay as they are."""
SOCKET_NAMES = (".s.PGSQL.5432", ".s.PGSQL.5432.lock", "valkey.sock")
LONGEST_SOCKET_PATH = 103
"""Bytes: sun_path holds 104 on macOS, 108 on Linux, and a zero ends it."""
SOCKET_FOLDER = re.compile(r"wb-servers-[a-z0-9_]{8}")
ANY_HOME = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Home:
    """One data folder's servers: `folder` holds their data and logs, `account` is whom they run as (None: us)."""

    folder: Path
    account: Account | None

    @property
    def postgres(self) -> Path:
        """The PostgreSQL cluster."""
        return self.folder / "postgres"

    @property
    def valkey(self) -> Path:
        """Valkey's working folder; it writes nothing there."""
        return self.folder / "valkey"

    @property
    def postgres_log(self) -> Path:
        """What PostgreSQL says. Beside, not in, the folders `nobody` can write: root opens it."""
        return self.folder / "postgres.log"

    @property
    def valkey_log(self) -> Path:
        """What Valkey says."""
        return self.folder / "valkey.log"


def server_account() -> Account | None:
    """Whom the servers run as: `nobody` if we are root, because PostgreSQL refuses root; else ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(65534, 65534)
    return Account(nobody.pw_uid, nobody.pw_gid)


def home_of(data_dir: Path, *, durable: bool = True) -> Home:
    """The home of a data folder's servers, made or not: in the folder or, for root, below /var/lib by its name."""
    account = server_account()
    if account is None:
        return Home(data_dir.resolve() / "servers", None)
    key = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    return Home(OF_THE_SYSTEM / ("data" if durable else "throw-away") / key, account)


def erase_data(data_dir: Path) -> None:
    """Forget what the servers keep for this data folder, for a fresh start. ConflictError while they run."""
    home = home_of(data_dir)
    if home.folder.is_dir():
        with _held(home):
            remove_tree(home.folder)


@contextlib.contextmanager
def held_home(data_dir: Path, *, durable: bool) -> Iterator[Home]:
    """The home, made if need be, ours alone in this block; one that is not durable is removed at its end.

    Only folders of our own making get an owner or a mode. ConflictError if another run's servers hold it;
    UnavailableError where it cannot be made.
    """
    home = home_of(data_dir, durable=durable)
    with contextlib.ExitStack() as held:
        try:
            with _nobody_else_arriving(home):
                _make(home, data_dir)
                held.enter_context(_held(home))
        except OSError as problem:
            raise UnavailableError(
                f"The embedded servers cannot keep their data in {home.folder} ({problem.strerror}): "
                "choose another data folder, or set DATABASE_URL and REDIS_URL."
            ) from problem
        try:
            yield home
        finally:
            if not durable:
                remove_tree(home.folder)


@contextlib.contextmanager
def _nobody_else_arriving(home: Home) -> Iterator[None]:
    """For root, sweep what killed runs left, and keep others from it: between making a folder and holding it, it
    looks as if nobody had it, and a sweep by somebody who arrives at the same moment would take it away.
    """
    if home.account is None:
        yield
        return
    throw_away = OF_THE_SYSTEM / "throw-away"
    make_folder(throw_away, 0o755)
    descriptor = os.open(throw_away, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        sweep(throw_away, ANY_HOME, {0}, remove_tree)
        yield
    finally:
        os.close(descriptor)


def _make(home: Home, data_dir: Path) -> None:
    # Our data and logs are for us alone; nobody's are passed through by nobody, so root's home is open to pass.
    make_folder(home.folder, 0o700 if home.account is None else 0o711)
    if home.account is not None:
        # For a person who wonders what this is, and whose.
        note = home.folder / "made-for"
        note.touch(0o600)
        note.write_text(f"{data_dir.resolve()}\n", encoding="utf-8")
    make_folder(home.valkey, 0o700, home.account)
    for log in (home.postgres_log, home.valkey_log):
        log.touch(0o600)


def make_folder(folder: Path, mode: int, account: Account | None = None) -> None:
    """Make a folder of this mode, whatever the umask, and give it away; one that stands is left as it is."""
    if not folder.parent.is_dir():
        # Ours are below /var/lib and open to pass; a user's data folder is made as their umask says.
        if folder.is_relative_to(OF_THE_SYSTEM):
            make_folder(folder.parent, 0o755)
        else:
            folder.parent.mkdir(parents=True)
    try:
        folder.mkdir(mode)
    except FileExistsError:
        return
    folder.chmod(mode)
    if account is not None:
        os.chown(folder, account.user, account.group)


@contextlib.contextmanager
def _held(home: Home) -> Iterator[None]:
    descriptor = hold_folder(home.folder)
    if descriptor is None:
        raise ConflictError("The servers of this data folder are running already; stop that run first.")
    try:
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def socket_folder(account: Account | None) -> Iterator[Path]:
    """A short private folder for the sockets, gone at the end; those of killed runs are swept first."""
    parent = _short_parent()
    sweep(parent, SOCKET_FOLDER, {os.geteuid(), account.user if account else os.geteuid()}, _remove_sockets)
    folder, descriptor = make_held(parent, "wb-servers-")
    try:
        if account is not None:
            os.fchown(descriptor, account.user, account.group)
        yield folder
    finally:
        _remove_sockets(folder)
        os.close(descriptor)


def _remove_sockets(folder: Path) -> None:
    """Remove the folder and what we put in it; anything else in it keeps it."""
    for name in SOCKET_NAMES:
        with contextlib.suppress(OSError):
            (folder / name).unlink()
    with contextlib.suppress(OSError):
        folder.rmdir()


def _short_parent() -> Path:
    """The first temporary folder that is short enough and that anybody, so also `nobody`, may pass through."""
    longest = len("/wb-servers-12345678/") + max(len(name) for name in SOCKET_NAMES)
    for folder in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 - a private folder is made in it
        short = len(os.fsencode(folder)) + longest <= LONGEST_SOCKET_PATH
        if short and os.access(folder, os.W_OK | os.X_OK) and (os.geteuid() != 0 or _is_open_to_all(Path(folder))):
            return Path(folder)
    raise UnavailableError("No temporary folder has a short path we can write to; set TMPDIR to one.")


def _is_open_to_all(folder: Path) -> bool:
    folder = folder.resolve()
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.parents))
