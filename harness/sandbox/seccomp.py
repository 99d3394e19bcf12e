"""seccomp: the Linux kernel refuses this process, for good, the system calls that a solution has no use for.

Landlock guards files; this guards the rest, on every kernel alike: no other process is started, signalled, traced or
slowed down, no socket is opened, nothing of the system is changed, and no file's owner, mode or time. What is refused
fails with `PermissionError` in the solution's own line. A solution may start threads.

The filter is a program for the kernel's BPF machine (see seccomp(2)). It reads the call's number and its arguments, and
runs down a list of rules; what no rule names is allowed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from dataclasses import dataclass

SET_MODE_FILTER = 1
FILTER_FLAG_TSYNC = 1
ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
LOAD_WORD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_AT, ARCH_AT, ARGUMENTS_AT = 0, 4, 16  # in `struct seccomp_data`
X32_BIT = 0x40000000
CLONE_THREAD = 0x10000
CAPABILITY_VERSION = 0x20080522

# Numbers of the calls that are refused, on x86-64 and on AArch64 (None: that machine does not have it).
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # other processes
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "kcmp": (312, 272),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # talking to them: memory that outlives the process or escapes its limits, the network, a way around this filter
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "socket": (41, 198),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # what Landlock leaves of files
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    # the system
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "iopl": (172, None),
    "ioperm": (173, None),
    "personality": (135, 92),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
}


@dataclass(frozen=True)
class Machine:
    """An architecture: its column in `REFUSED`, its name in `struct seccomp_data`, and the calls judged by an argument."""

    column: int
    audit: int
    seccomp: int
    capset: int
    clone: int
    clone3: int
    kill: int
    tkill: int
    tgkill: int
    prlimit64: int
    prctl: int
    fcntl: int


MACHINES = {
    "x86_64": Machine(0, 0xC000003E, 317, 126, 56, 435, 62, 200, 234, 302, 157, 72),
    "aarch64": Machine(1, 0xC00000B7, 277, 91, 220, 435, 129, 130, 131, 261, 167, 25),
}
PR_SET_PDEATHSIG = 1
OWNER_COMMANDS = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: another way to have a signal sent


def available() -> bool:
    """Whether there is a filter for this machine."""
    return sys.platform == "linux" and platform.machine() in MACHINES and sys.maxsize > 2**32


def restrict() -> None:
    """Drop all capabilities and refuse the calls above. There is no way back.

    Raises:
        OSError: the kernel has no seccomp; `no_new_privs` must have been set before.
    """
    machine = MACHINES[platform.machine()]
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    _check(libc.syscall(ctypes.c_long(machine.capset), header, bytes(24)), "capset")
    program = b"".join(struct.pack("HBBI", *line) for line in filter_program(machine, os.getpid()))
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    mode, flags = ctypes.c_uint(SET_MODE_FILTER), ctypes.c_uint(FILTER_FLAG_TSYNC)
    _check(libc.syscall(ctypes.c_long(machine.seccomp), mode, flags, head), "seccomp")


def filter_program(machine: Machine, process: int) -> list[tuple[int, int, int, int]]:
    """The filter as BPF instructions: (code, lines to skip if true, if false, operand).

    Args:
        machine: for which architecture.
        process: this process's number; to itself it may send signals.
    """
    refuse, unknown = (RETURN, 0, 0, ERRNO | errno.EPERM), (RETURN, 0, 0, ERRNO | errno.ENOSYS)
    allow = (RETURN, 0, 0, ALLOW)
    number = (LOAD_WORD, 0, 0, NUMBER_AT)

    def only(call: int, argument: int, *values: int) -> list[tuple[int, int, int, int]]:
        """Of this call, allow those whose argument has one of the values."""
        tests = [(JUMP_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
        return [(JUMP_EQUAL, 0, 3 + len(values), call), _argument(argument), *tests, refuse, allow]

    def never(call: int, argument: int, *values: int) -> list[tuple[int, int, int, int]]:
        """Of this call, refuse those whose argument has one of the values."""
        tests = [(JUMP_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
        return [(JUMP_EQUAL, 0, 3 + len(values), call), _argument(argument), *tests, allow, refuse]

    program = [
        (LOAD_WORD, 0, 0, ARCH_AT),
        (JUMP_EQUAL, 1, 0, machine.audit),
        (RETURN, 0, 0, KILL_PROCESS),  # the calls of another architecture have other numbers
        number,
        *([(JUMP_AT_LEAST, 0, 1, X32_BIT), unknown] if machine.column == 0 else []),
        (JUMP_EQUAL, 0, 1, machine.clone3),  # its flags lie in memory: the C library then uses clone
        unknown,
        (JUMP_EQUAL, 0, 4, machine.clone),
        _argument(0),
        (JUMP_ANY_BIT, 1, 0, CLONE_THREAD),
        refuse,
        allow,
        *only(machine.kill, 0, process),
        *only(machine.tkill, 0, process),
        *only(machine.tgkill, 0, process),
        *only(machine.prlimit64, 0, 0, process),
        *never(machine.prctl, 0, PR_SET_PDEATHSIG),
        *never(machine.fcntl, 1, *OWNER_COMMANDS),
    ]
    for numbers in REFUSED.values():
        refused = numbers[machine.column]
        if refused is not None:
            program += [(JUMP_EQUAL, 0, 1, refused), refuse]
    return [*program, allow]


def _argument(index: int) -> tuple[int, int, int, int]:
    return (LOAD_WORD, 0, 0, ARGUMENTS_AT + 8 * index)  # its lower half: both machines are little-endian


def _check(result: int, what: str) -> None:
    if result:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
