"""Landlock: the Linux kernel forbids this process, for good, every file but a few. Any user may ask for it.

The worker calls `restrict` once it has imported all it needs, before it runs the solution. What is not allowed here can
neither be opened, listed, written, made nor removed, and (as far as the kernel's version of Landlock goes) neither can
TCP sockets be used, nor processes outside be traced or signalled. The calls are made by number, through `ctypes`: C
libraries have no functions for them. See https://docs.kernel.org/userspace-api/landlock.html.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import sys
from collections.abc import Collection, Iterable, Iterator

LIBC = ctypes.CDLL(None, use_errno=True)
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1
PR_SET_NO_NEW_PRIVS = 38

READ_FILE, WRITE_FILE, READ_DIR = 1 << 2, 1 << 1, 1 << 3
# How many rights of each kind a version knows: it handles, and so forbids, the lowest bits of each.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
TCP_RIGHTS = {4: 2}
SCOPES = {6: 2}  # abstract Unix sockets, signals


class RulesetAttributes(ctypes.Structure):
    """`struct landlock_ruleset_attr`; older kernels know only its beginning."""

    _fields_ = [("handled_access_fs", ctypes.c_uint64), ("handled_access_net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class PathBeneath(ctypes.Structure):
    """`struct landlock_path_beneath_attr`."""

    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def version() -> int:
    """The version of Landlock that the running kernel offers; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    try:
        return _call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(CREATE_RULESET_VERSION))
    except OSError:  # not built in, or not switched on
        return 0


def attributes(abi: int) -> tuple[RulesetAttributes, int]:
    """Everything that a version of Landlock can forbid, and the size of the structure as that version knows it."""
    known = [_newest(table, abi) for table in (FILE_RIGHTS, TCP_RIGHTS, SCOPES)]
    size = 24 if known[2] else 16 if known[1] else 8
    return RulesetAttributes(*((1 << count) - 1 for count in known)), size


def restrict(readable: Iterable[str], hidden: Iterable[str]) -> int:
    """Forbid this process all files but the readable ones, and these only to be read. There is no way back.

    Args:
        readable: files and folders; one that does not exist is left out.
        hidden: folders inside them that stay forbidden.

    Returns:
        The version of Landlock that is in force; 0 if the kernel has none.
    """
    abi = version()
    if not abi:
        return 0
    attribute, size = attributes(abi)
    ruleset = _call(CREATE_RULESET, ctypes.byref(attribute), ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        for path in expanded(readable, [os.path.realpath(path) for path in hidden]):
            _allow(ruleset, path, READ_FILE, READ_DIR)
        _allow(ruleset, os.devnull, READ_FILE | WRITE_FILE, 0)
        forbid_new_privileges()
        _call(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)
    return abi


def forbid_new_privileges() -> None:
    """No program that this process starts gets more rights than it has. Users must say so first."""
    if LIBC.prctl(PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0))):
        raise OSError(ctypes.get_errno(), "no_new_privs")


def expanded(paths: Iterable[str], hidden: Collection[str]) -> Iterator[str]:
    """The paths, where a folder that holds hidden ones is replaced by what else is in it: a rule covers a whole tree.

    `hidden` are real paths, without links.
    """
    done: set[str] = set()
    for path in map(os.path.realpath, paths):
        if path not in done:
            done.add(path)
            yield from _without(path, hidden, done)


def _without(path: str, hidden: Collection[str], done: set[str]) -> Iterator[str]:
    if path in hidden:
        return
    inside = path + os.sep
    if not any(other.startswith(inside) for other in hidden):
        yield path
        return
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            if entry.is_symlink() and entry.is_dir():
                continue  # it may lead anywhere
            found = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
            if found not in done:
                done.add(found)
                yield from _without(found, hidden, done)


def _allow(ruleset: int, path: str, file_rights: int, folder_rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not there, or not for this user: then nobody can read it anyway
        return
    try:
        rights = file_rights | folder_rights if stat.S_ISDIR(os.fstat(descriptor).st_mode) else file_rights
        rule = PathBeneath(rights, descriptor)
        _call(ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(RULE_PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(descriptor)


def _newest(table: dict[int, int], abi: int) -> int:
    return max((count for since, count in table.items() if since <= abi), default=0)


def _call(number: int, *arguments: object) -> int:
    result = int(LIBC.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"system call {number}: {os.strerror(error)}")
    return result
