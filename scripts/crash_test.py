"""Stops import, copy, seal, export, publishing, the site and the build at many places, and looks what is left.

After each fault: every edition is as it was or whole and new, no half book counts as whole, and the next run works and
leaves nothing behind. Faults: `step` ends the process at one of its file operations, `moment` at a random time, `quota` lets
no file grow beyond a random size, `disk` leaves a random room on a small file system, `readonly` makes it read-only.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crash_operations import OPERATIONS, DamageError, Operation

from na_report.errors import NaReportError
from na_report.paths import find_project

DONE, REFUSED, WRONG = 0, 3, 4
DISK_MB = 64
FAULTS = ("step", "moment", "quota", "disk", "readonly")
DISK_FAULTS = {"disk", "readonly"}
# A build takes some seconds, the others take hundredths.
QUICK = ",".join(name for name in OPERATIONS if name != "build")
# What Python tells before it changes a file; the number of the argument that is the path.
_CHANGES = {"os.rename": 0, "os.remove": 0, "os.mkdir": 0, "os.rmdir": 0, "os.truncate": 0, "open": 0}


@dataclass(frozen=True)
class Fault:
    """A way to go wrong.

    Args:
        name: What it is called.
        child: Prepares the process that is to be stopped.
        parent: Does what happens to it from outside.
    """

    name: str
    child: Callable[[], None] = lambda: None
    parent: Callable[[int], None] = lambda pid: None


def run(act: Callable[[], None], fault: Fault) -> int:
    """Lets a child of this process do something with a fault, and returns how it ended; negative for a signal."""
    pid = os.fork()
    if not pid:
        status = WRONG
        try:
            fault.child()
            act()
            status = DONE
        except (NaReportError, OSError) as problem:
            status = REFUSED
            if fault.name == "none":
                print(f"refused: {problem}", file=sys.stderr, flush=True)
        except BaseException as problem:
            print(f"{type(problem).__name__}: {problem}", file=sys.stderr, flush=True)
        finally:
            os._exit(status)
    fault.parent(pid)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def stop_at(step: int, root: Path, count: Callable[[int], None] = lambda number: None) -> Callable[[], None]:
    """Returns what makes a process kill itself just before its file operation of that number."""

    def child() -> None:
        done = 0

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal done
            at = _CHANGES.get(event)
            if at is None or not str(arguments[at]).startswith(str(root)):
                return
            if event == "open" and not int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return
            done += 1
            count(done)
            if done == step:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)

    return child


def measured(operation: Operation) -> tuple[int, float]:
    """Returns how many file operations a whole run has, and how long it takes."""
    operation.undo()
    reading, writing = os.pipe()
    start = time.monotonic()
    ended = run(operation.act, Fault("none", stop_at(0, operation.root, lambda number: os.write(writing, b"."))))
    seconds = time.monotonic() - start
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        steps = len(pipe.read())
    if ended != DONE or operation.state() != "after":
        raise DamageError(f"{operation.name} does not work without a fault")
    return steps, seconds


def kill_after(seconds: float) -> Callable[[int], None]:
    """Returns what kills a process at a moment."""

    def parent(pid: int) -> None:
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    return parent


def files_up_to(size: int) -> Callable[[], None]:
    """Returns what lets a process write no file larger than a size."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def trial(operation: Operation, fault: Fault) -> str:
    """Does something with a fault and again without; returns what the fault left: before, unmarked or after.

    Raises:
        DamageError: Something is neither as it was nor whole and new, or the next run fails or leaves something behind.
    """
    operation.undo()
    ended = run(operation.act, fault)
    if ended == WRONG:
        raise DamageError("ended with an error that is not told to people")
    if still := operation.running():
        raise DamageError(f"processes {still} go on")
    left = operation.state()
    if ended == DONE and left != "after":
        raise DamageError(f"ended well, but the state is {left}")
    recover(operation, left)
    return left


def recover(operation: Operation, left: str) -> None:
    """Runs the same once more, without a fault.

    Raises:
        DamageError: It fails, or something of the earlier run is still there.
    """
    if left == "after":
        operation.undo()
    if run(operation.act, Fault("none")) != DONE or operation.state() != "after":
        raise DamageError(f"after a fault that left {left}, the next run fails")
    if rest := operation.leftovers():
        raise DamageError(f"the next run leaves {', '.join(rest)}")


def faults(name: str, operation: Operation, count: int, dice: random.Random) -> Iterator[Fault]:
    """Yields faults of a kind; all steps of an operation when there are no more than the count."""
    steps, seconds = measured(operation)
    if name == "step":
        chosen = range(1, steps + 1) if steps <= count else sorted(dice.sample(range(1, steps + 1), count))
        for step in chosen:
            yield Fault(f"step {step} of {steps}", stop_at(step, operation.root))
        return
    for _ in range(count):
        if name == "moment":
            after = dice.uniform(0, seconds)
            yield Fault(f"moment {after:.3f} s", parent=kill_after(after))
        else:
            size = dice.randrange(operation.largest_bytes)
            yield Fault(f"quota {size} bytes", files_up_to(size))


@contextmanager
def small_disk() -> Iterator[Path]:
    """Gives a small file system of its own; the script must run under `unshare --mount`, so that it goes with the process."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["/usr/bin/mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "none", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["/usr/bin/umount", "-l", folder], check=True)


def disk_trial(operation: Operation, disk: Path, room: int) -> str:
    """Does something on a file system with little room or, below zero, a read-only one; then again with enough."""
    operation.undo()
    ballast = disk / "ballast"
    if room < 0:
        subprocess.run(["/usr/bin/mount", "-o", "remount,ro", str(disk)], check=True)
    else:
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        ballast.write_bytes(b"\0" * max(0, free - room))
    ended = run(operation.act, Fault("disk"))
    left = operation.state()
    if room < 0:
        subprocess.run(["/usr/bin/mount", "-o", "remount,rw", str(disk)], check=True)
        if ended != REFUSED or left != "before":
            raise DamageError(f"on a read-only disk it ended with {ended} and left {left}")
    ballast.unlink(missing_ok=True)
    if ended not in (DONE, REFUSED) or (ended == DONE and left != "after"):
        raise DamageError(f"with {room} bytes of room it ended with {ended} and left {left}")
    recover(operation, left)
    return left


def in_own_mounts() -> None:
    """Starts the script anew where its mounts are its own; returns when that is so, or exits 77 when it can't be."""
    if os.environ.get("CRASH_TEST_MOUNTS"):
        return
    ask = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    probe = [*ask, "sh", "-c", "mount -t tmpfs -o size=1m none /mnt"]
    if not shutil.which("unshare") or subprocess.run(probe, capture_output=True, check=False).returncode:
        print("skipped: this machine lets nobody mount a small file system")
        sys.exit(77)
    environment = os.environ | {"CRASH_TEST_MOUNTS": "1"}
    sys.exit(subprocess.run([*ask, sys.executable, *sys.argv], env=environment, check=False).returncode)


def main() -> int:
    """Returns 0 when nothing was damaged, 1 when something was, 77 when a fault can't be made on this machine."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fault", default="step", help=f"of {', '.join(FAULTS)}, with commas; default %(default)s")
    parser.add_argument("--only", default=QUICK, help="operations, with commas; default: %(default)s")
    parser.add_argument("--count", type=int, default=10, help="tries per operation; default %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default %(default)s")
    options = parser.parse_args()
    kinds = options.fault.split(",")
    if {*kinds} & DISK_FAULTS:
        in_own_mounts()
    dice = random.Random(options.seed)  # noqa: S311
    damages = 0
    for kind in kinds:
        with small_disk() if kind in DISK_FAULTS else tempfile.TemporaryDirectory() as folder:
            for name in options.only.split(","):
                operation = OPERATIONS[name](find_project(), Path(folder) / name)
                damages += tell(kind, operation, attempts(kind, operation, Path(folder), options.count, dice))
                shutil.rmtree(operation.root)
    return 1 if damages else 0


def tell(kind: str, operation: Operation, tries: Iterable[tuple[str, Callable[[], str]]]) -> int:
    """Does all tries, prints what they left and returns how many damaged something."""
    seen: Counter[str] = Counter()
    for what, attempt in tries:
        try:
            seen[attempt()] += 1
        except DamageError as damage:
            seen["DAMAGED"] += 1
            print(f"{operation.name}, {what}: {damage}", file=sys.stderr, flush=True)
    told = ", ".join(f"{left} {number}" for left, number in sorted(seen.items()))
    print(f"{kind:<9}{operation.name:<9}{seen.total():>5} tries: {told}", flush=True)
    return seen["DAMAGED"]


def attempts(
    kind: str, operation: Operation, folder: Path, count: int, dice: random.Random
) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yields tries of a kind of fault, each with its name."""
    if kind in DISK_FAULTS:
        measured(operation)
        for _ in range(count if kind == "disk" else 1):
            room = dice.randrange(operation.room_bytes) if kind == "disk" else -1
            yield f"room {room}", lambda room=room: disk_trial(operation, folder, room)
    else:
        for fault in faults(kind, operation, count, dice):
            yield fault.name, lambda fault=fault: trial(operation, fault)


if __name__ == "__main__":
    sys.exit(main())
