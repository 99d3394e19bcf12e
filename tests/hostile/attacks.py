"""Hostile solutions, and the outcome that each must get.

`REACHES` try to get hold of something outside; each is the body of a function that returns when it succeeded and raises
when it was stopped. In every sandbox all are stopped. Without one, those marked `harmless` are run as well and must
succeed, which shows that the attack is a real one.

`DISTURBANCES` try to hang, flood, crash or confuse the judge. They cost their check, and the next check passes.

`FORGERIES` are whole solutions of the kata relu, wrong ones, that try to score all the same.

`python tests/hostile/attacks.py` prints how many there are of each family, as SECURITY.md quotes it.

An attack finds in `there` what `run.py` has prepared: a secret file, a folder, sockets that somebody listens on, a decoy
process, the judge.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Attack:
    """One hostile solution.

    Attributes:
        name: unique.
        family: what it is after; SECURITY.md lists the families.
        code: lines of a function, or of a whole file.
        outcomes: what its check may come out as.
        harmless: whether it may be run without a sandbox (a reach: and must then succeed).
        timeout: seconds that a call may take.
    """

    name: str
    family: str
    code: str
    outcomes: tuple[str, ...] = ("stopped",)
    harmless: bool = True
    timeout: float = 15.0


LIBC = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
CALL = (
    LIBC
    + """
import os
def call(*arguments):
    result = libc.syscall(*[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
"""
)


def reach(family: str, name: str, code: str, harmless: bool = True) -> Attack:
    """An attack that must be stopped."""
    return Attack(name, family, code, harmless=harmless)


def files(name: str, code: str, harmless: bool = True) -> Attack:
    """Reading what a solution has no business with."""
    return reach("files read", name, code, harmless)


def writes(name: str, code: str, harmless: bool = True) -> Attack:
    """Changing anything on disk."""
    return reach("files written", name, code, harmless)


def processes(name: str, code: str, harmless: bool = True) -> Attack:
    """Starting programs."""
    return reach("processes", name, code, harmless)


def signals(name: str, code: str, harmless: bool = True) -> Attack:
    """Ending, stopping or slowing down others."""
    return reach("signals", name, code, harmless)


def memory(name: str, code: str, harmless: bool = True) -> Attack:
    """Looking into others."""
    return reach("memory of others", name, code, harmless)


def network(name: str, code: str, harmless: bool = True) -> Attack:
    """Talking to anybody."""
    return reach("network", name, code, harmless)


def system(name: str, code: str, harmless: bool = False) -> Attack:
    """Changing the machine."""
    return reach("system", name, code, harmless)


REACHES = [
    files("open", "return open(there['secret']).read()"),
    files("os-open", "import os\nreturn os.read(os.open(there['secret'], os.O_RDONLY), 99)"),
    files("relative-path", "import os\nos.chdir(os.path.dirname(there['secret']))\nreturn open('secret').read()"),
    files("numpy-fromfile", "import numpy as np\nreturn np.fromfile(there['secret'], np.uint8)"),
    files("numpy-memmap", "import numpy as np\nreturn np.array(np.memmap(there['secret'], np.uint8, 'r'))"),
    files("c-open", CALL + "return call(257, -100, there['secret'].encode(), 0) if os.uname().machine == 'x86_64' else 1"),
    files("c-fopen", LIBC + "if not libc.fopen(there['secret'].encode(), b'r'): raise OSError\nreturn 1"),
    files(
        "linecache", "import linecache\nlines = linecache.getlines(there['secret'])\nif not lines: raise OSError\nreturn 1"
    ),
    files("reference-source", "return open(there['reference']).read()"),
    files("hidden-tests", "return open(there['tests']).read()"),
    files("list-katas", "import os\nreturn len(os.listdir(there['katas']))"),
    files("import-reference", "import sys\nsys.meta_path.pop(0)\nsys.path.insert(0, there['root'])\nimport reference.relu"),
    files(
        "import-by-loader",
        "from importlib.machinery import SourceFileLoader as L\nreturn len(L('r', there['reference']).get_source('r'))",
    ),
    files("run-path", "import runpy\nreturn len(runpy.run_path(there['reference']))"),
    files("proc-self-root", "return open('/proc/self/root' + there['secret']).read()"),
    files("proc-judge-root", "return open(f\"/proc/{there['judge']}/root{there['secret']}\").read()"),
    files("proc-judge-cwd", "import os\nreturn len(os.listdir(f\"/proc/{there['judge']}/cwd\"))"),
    files("proc-judge-environ", "return open(f\"/proc/{there['judge']}/environ\").read(1)"),
    files("proc-judge-cmdline", "return open(f\"/proc/{there['judge']}/cmdline\").read(1)"),
    files("proc-list", "import os\nreturn len(os.listdir('/proc'))"),
    files(
        "path-descriptor",
        "import os\nd = os.open(there['secret'], os.O_PATH)\nreturn open(f'/proc/self/fd/{d}').read()",
    ),
    files(
        "own-symlink",
        "import os\nos.symlink(there['secret'], '/tmp/kata-link')\nreturn open('/tmp/kata-link').read()",
        False,
    ),
    files(
        "sqlite",
        "import sqlite3\nreturn sqlite3.connect(there['secret']).execute('select 1').fetchone(), open(there['secret'])",
    ),
    files("zipfile", "import zipfile\nreturn zipfile.is_zipfile(there['secret']) or open(there['secret'])"),
    files("passwords", "return open('/etc/passwd').read()"),
    files("workspace", "import os\nreturn len(os.listdir(there['folder']))"),
    files("root-folder", "import os\nreturn len(os.listdir('/home')) + 1"),
    files(
        "open-by-handle",
        CALL + "import os\nreturn call(303, -100, there['secret'].encode(), bytes(200), bytes(8), 0)",
        False,
    ),
    files("io-uring", CALL + "return call(425, 8, ctypes.create_string_buffer(120))"),
    files("unmount-the-cover", LIBC + "if libc.umount2(there['katas'].encode(), 2): raise OSError\nreturn 1", False),
    files("chroot", "import os\nos.chroot('/')\nreturn 1", False),
    files(
        "new-user-namespace",
        LIBC + "if libc.unshare(0x10000000 | 0x20000): raise OSError(ctypes.get_errno(), 'no')\nreturn 1",
        False,
    ),
    writes("create", "open(there['folder'] + '/new', 'w').write('x')\nreturn 1"),
    writes("overwrite", "open(there['file'], 'w').write('x')\nreturn 1"),
    writes("append", "open(there['file'], 'a').write('x')\nreturn 1"),
    writes("numpy-save", "import numpy as np\nnp.save(there['folder'] + '/array.npy', np.ones(3))\nreturn 1"),
    writes("truncate", "import os\nos.truncate(there['file'], 0)\nreturn 1"),
    writes(
        "rename",
        "import os\nos.rename(there['file'], there['file'] + '2')\nos.rename(there['file'] + '2', there['file'])\nreturn 1",
    ),
    writes("unlink", "import os\nos.unlink(there['folder'] + '/victim')\nreturn 1"),
    writes("mkdir", "import os\nos.mkdir(there['folder'] + '/made')\nreturn 1"),
    writes("rmdir", "import os\nos.rmdir(there['folder'] + '/empty')\nreturn 1"),
    writes("symlink", "import os\nos.symlink('/', there['folder'] + '/link')\nreturn 1"),
    writes("hard-link", "import os\nos.link(there['file'], there['folder'] + '/hard')\nreturn 1"),
    writes("fifo", "import os\nos.mkfifo(there['folder'] + '/fifo')\nreturn 1"),
    writes("unix-socket-file", "import socket\nsocket.socket(socket.AF_UNIX).bind(there['folder'] + '/sock')\nreturn 1"),
    writes("chmod", "import os\nos.chmod(there['file'], 0o666)\nreturn 1"),
    writes("utime", "import os\nos.utime(there['file'], (1, 1))\nreturn 1"),
    writes("chown", "import os\nos.chown(there['file'], os.getuid(), os.getgid())\nreturn 1"),
    writes("extended-attribute", "import os\nos.setxattr(there['file'], 'user.kata', b'x')\nreturn 1", False),
    writes("own-file", "open(there['solution'], 'a').write('# more')\nreturn 1"),
    writes(
        "shared-memory",
        "open('/dev/shm/kata-hostile', 'w').write('x')\nimport os\nos.unlink('/dev/shm/kata-hostile')\nreturn 1",
    ),
    writes("oom-score", "open('/proc/self/oom_score_adj', 'w').write('0')\nreturn 1"),
    writes("kernel-setting", "open('/proc/sys/kernel/core_pattern', 'w').write('core')\nreturn 1", False),
    writes("temporary-folder", "import tempfile, shutil\nshutil.rmtree(tempfile.mkdtemp(dir=there['folder']))\nreturn 1"),
    processes("fork", "import os\npid = os.fork()\nif pid == 0: os._exit(0)\nreturn pid"),
    processes("vfork", "import subprocess\nreturn subprocess.run(['true']).returncode + 1"),
    processes("shell", "import os\nif os.system('exit 3') != 768: raise OSError\nreturn 1"),
    processes("posix-spawn", "import os\nreturn os.posix_spawn('/bin/true', ['true'], {})"),
    processes("exec", "import os\nos.execv('/bin/true', ['true'])", False),
    processes("forkpty", "import os\npid, _ = os.forkpty()\nif pid == 0: os._exit(0)\nreturn pid"),
    processes(
        "multiprocessing",
        "import multiprocessing as m\np = m.get_context('fork').Process(target=print)\np.start()\nreturn 1",
    ),
    processes(
        "clone-by-number",
        CALL
        + "if os.uname().machine != 'x86_64': raise OSError\npid = call(56, 17, 0, 0, 0, 0)\nif pid == 0: os._exit(0)\nreturn pid",
    ),
    processes(
        "clone3-by-number",
        CALL
        + "import struct\na = struct.pack('11Q', 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)\npid = call(435, a, 88)\nif pid == 0: os._exit(0)\nreturn pid",
    ),
    processes(
        "program-in-memory",
        "import os\nd = os.memfd_create('x')\nos.write(d, b'#!/bin/true')\nreturn os.posix_spawn(f'/proc/self/fd/{d}', ['x'], {})",
    ),
    processes(
        "daemon",
        "import os, time\nif os.fork(): return 1\nos.setsid()\nif os.fork(): os._exit(0)\ntime.sleep(60)\nos._exit(0)",
    ),
    processes(
        "daemon-without-descriptors",
        "import os, time\nif os.fork(): return 1\nos.setsid()\nif os.fork(): os._exit(0)\nos.closerange(0, 256)\ntime.sleep(60)\nos._exit(0)",
    ),
    processes("fork-bomb", "import os\nfor _ in range(40): os.fork()\nreturn 1", False),
    signals("kill-decoy", "import os\nos.kill(there['decoy'], 0)\nreturn 1"),
    signals(
        "stop-decoy",
        "import os, signal\nos.kill(there['decoy'], signal.SIGSTOP)\nos.kill(there['decoy'], signal.SIGCONT)\nreturn 1",
    ),
    signals("kill-judge", "import os\nos.kill(there['judge'], 0)\nreturn 1"),
    signals("kill-judge-for-good", "import os\nos.kill(there['judge'], 9)\nreturn 1", False),
    signals("kill-parent", "import os\nos.kill(os.getppid(), 15)\nreturn 1", False),
    signals("kill-own-group", "import os\nos.killpg(0, 9)\nreturn 1", False),
    signals("kill-everybody", "import os\nos.kill(-1, 9)\nreturn 1", False),
    signals(
        "signal-by-descriptor", "import os, signal\nsignal.pidfd_send_signal(os.pidfd_open(there['decoy']), 0)\nreturn 1"
    ),
    signals(
        "queued-signal",
        CALL
        + "return call(129 if os.uname().machine == 'x86_64' else 138, there['decoy'], 0, bytes(8) + b'\\xff' * 4 + bytes(116)) + 1",
    ),
    signals(
        "thread-signal",
        CALL + "return call(234 if os.uname().machine == 'x86_64' else 131, there['decoy'], there['decoy'], 0) + 1",
    ),
    signals(
        "signal-by-input",
        "import fcntl, os\nr, w = os.pipe()\nfcntl.fcntl(r, fcntl.F_SETOWN, there['decoy'])\nreturn 1",
    ),
    signals("limits-of-decoy", "import resource as r\nr.prlimit(there['decoy'], r.RLIMIT_CORE, (0, 0))\nreturn 1"),
    signals("priority-of-decoy", "import os\nos.setpriority(os.PRIO_PROCESS, there['decoy'], 19)\nreturn 1"),
    signals("processors-of-decoy", "import os\nos.sched_setaffinity(there['decoy'], {0})\nreturn 1"),
    signals("untie-from-judge", LIBC + "if libc.prctl(1, 0): raise OSError\nreturn 1"),
    memory(
        "ptrace", LIBC + "if libc.ptrace(0x4206, there['decoy'], 0, 0): raise OSError(ctypes.get_errno(), 'no')\nreturn 1"
    ),
    memory("read-memory-file", "return open(f\"/proc/{there['decoy']}/mem\", 'rb')"),
    memory("read-maps", "return open(f\"/proc/{there['judge']}/maps\").read(10)"),
    memory("write-own-memory-file", "return open('/proc/self/mem', 'r+b')"),
    memory(
        "process-vm-readv",
        CALL + "return call(310 if os.uname().machine == 'x86_64' else 270, there['decoy'], 0, 0, 0, 0, 0) + 1",
    ),
    memory(
        "process-vm-writev",
        CALL + "return call(311 if os.uname().machine == 'x86_64' else 271, there['decoy'], 0, 0, 0, 0, 0) + 1",
    ),
    memory("steal-descriptor", CALL + "return call(438, os.pidfd_open(there['decoy']), 0, 0)"),
    memory(
        "compare-processes",
        CALL + "return call(312 if os.uname().machine == 'x86_64' else 272, there['decoy'], there['decoy'], 0, 0, 0) + 1",
    ),
    memory(
        "performance-counters",
        CALL
        + "return call(298 if os.uname().machine == 'x86_64' else 241, bytes([1, 0, 0, 0, 112] + [0] * 107), 0, -1, -1, 0)",
        False,
    ),
    network("tcp", "import socket\nsocket.create_connection(('127.0.0.1', there['port']), 2)\nreturn 1"),
    network(
        "udp",
        "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', there['port']))\nreturn 1",
    ),
    network("listen", "import socket\nsocket.create_server(('127.0.0.1', 0))\nreturn 1"),
    network("unix-path", "import socket\nsocket.socket(socket.AF_UNIX).connect(there['unix'])\nreturn 1"),
    network("unix-abstract", "import socket\nsocket.socket(socket.AF_UNIX).connect(there['abstract'])\nreturn 1"),
    network("netlink", "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)\nreturn 1"),
    network("raw", "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)\nreturn 1", False),
    network("packet", "import socket\nsocket.socket(socket.AF_PACKET, socket.SOCK_RAW)\nreturn 1", False),
    network("vsock", "import socket\nsocket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)\nreturn 1", False),
    network("lookup", "import socket\nreturn len(socket.getaddrinfo('localhost', 80)) and socket.socket()"),
    network(
        "http", "import urllib.request as u\nreturn u.urlopen(f\"http://127.0.0.1:{there['port']}/\", timeout=0.1)", False
    ),
    network(
        "system-v-memory",
        CALL + "i = call(29 if os.uname().machine == 'x86_64' else 194, 0, 4096, 0o1600)\nlibc.shmctl(i, 0, None)\nreturn 1",
    ),
    network(
        "message-queue",
        CALL
        + "d = call(240 if os.uname().machine == 'x86_64' else 180, b'kata-hostile', 0o102, 0o600, None)\nos.close(d)\nlibc.mq_unlink(b'/kata-hostile')\nreturn 1",
    ),
    network("nameless-file", "import os\nreturn os.memfd_create('x')"),
    system("mount", LIBC + "if libc.mount(b'none', b'/tmp', b'tmpfs', 0, None): raise OSError\nreturn 1"),
    system("new-mount-interface", CALL + "return call(430, b'tmpfs', 0)"),
    system("pivot-root", CALL + "return call(155 if os.uname().machine == 'x86_64' else 41, b'/', b'/') + 1"),
    system(
        "set-namespace",
        "import ctypes, os\nfd = os.open(f\"/proc/{there['judge']}/ns/mnt\", 0)\nreturn ctypes.CDLL(None).setns(fd, 0)",
    ),
    system("host-name", "import socket\nsocket.sethostname('kata')\nreturn 1"),
    system("clock", "import time\ntime.clock_settime(time.CLOCK_REALTIME, time.time())\nreturn 1"),
    system("swap-off", LIBC + "if libc.swapoff(b'/nothing'): raise OSError(ctypes.get_errno(), 'no')\nreturn 1"),
    system("kernel-module", CALL + "return call(175 if os.uname().machine == 'x86_64' else 105, b'', 0, b'') + 1"),
    system("bpf", CALL + "return call(321 if os.uname().machine == 'x86_64' else 280, 0, bytes(72), 72)"),
    system("keyring", CALL + "return call(248 if os.uname().machine == 'x86_64' else 217, b'user', b'kata', b'x', 1, -3)"),
    system("ports", LIBC + "if libc.iopl(3): raise OSError\nreturn 1"),
    system("kernel-log", LIBC + "if libc.klogctl(10, None, 0) < 0: raise OSError\nreturn 1"),
    system(
        "all-capabilities",
        LIBC
        + "import struct\nh = struct.pack('Ii', 0x20080522, 0)\nif libc.capset(h, b'\\xff' * 24): raise OSError\nreturn 1",
    ),
    system("realtime-priority", "import os\nos.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))\nreturn 1"),
    system("raise-own-limit", "import resource as r\nr.setrlimit(r.RLIMIT_AS, (2**40, 2**40))\nreturn 1"),
    system("userfaultfd", CALL + "return call(323 if os.uname().machine == 'x86_64' else 282, 0)"),
]

# Finds the pipe to the judge by trying every descriptor, as it must where there is no /proc, and sends frames of its own.
# `LAST` is the number of the request that is being answered: of the first call of a check after the start.
FORGE = """
import json, os, struct, time
def send(data):
    for descriptor in range(3, 256):
        left, tries = memoryview(data), 0
        try:
            os.set_blocking(descriptor, False)
            while left and tries < 200:
                try:
                    left = left[os.write(descriptor, left):]
                except BlockingIOError:
                    tries += 1
                    time.sleep(0.001)
        except OSError:
            pass
def frame(*parts, payload=b"", header=None):
    header = json.dumps(["tuple", list(parts)]).encode() if header is None else header
    return struct.pack(">IQ", len(header), len(payload)) + header + payload
EMPTY = ["tuple", []]
def result(value, payload=b"", number=3):
    return frame(number, "Result", value, 0.0, EMPTY, EMPTY, False, payload=payload)
"""
ANY_FAILURE = ("failed", "error", "crashed", "timeout")


def disturb(family: str, name: str, lines: str, *outcomes: str, timeout: float = 15.0, harmless: bool = True) -> Attack:
    """A function `attack(there)` with these lines."""
    return Attack(name, family, lines, outcomes or ANY_FAILURE, harmless, timeout)


def forged(name: str, lines: str, *outcomes: str, timeout: float = 15.0) -> Attack:
    """Frames of the solution's own making."""
    return Attack(name, "wire", FORGE + lines, outcomes or ("crashed",), timeout=timeout)


def hangs(name: str, lines: str) -> Attack:
    """Taking for ever."""
    return Attack(name, "time", lines, ("timeout",), timeout=1.0)


def dies(name: str, lines: str, *outcomes: str) -> Attack:
    """Ending the process, or an attempt at it."""
    return Attack(name, "deaths", lines, outcomes or ("crashed",))


def answers(name: str, lines: str, *outcomes: str) -> Attack:
    """Results that are no results."""
    return Attack(name, "results", lines, outcomes or ("failed",))


def fiddles(name: str, lines: str) -> Attack:
    """Changing the interpreter under the worker's feet; the wrong answer stays wrong."""
    return Attack(name, "interpreter", lines + "\nreturn 'wrong'", ANY_FAILURE, timeout=3.0)


DISTURBANCES = [
    hangs("loop", "while True: pass"),
    hangs("sleep", "import time\ntime.sleep(1000)"),
    hangs("loop-in-c", "return sum(range(10**14))"),
    hangs("catches-everything", "while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
    hangs("deadlock", "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()"),
    hangs("regular-expression", "import re\nre.match('(a+)+$', 'a' * 99 + 'b')"),
    hangs("large-power", "return 3 ** 3 ** 30"),
    hangs("stopped", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
    hangs(
        "ignores-signals",
        "import signal\nfor n in (1, 2, 3, 10, 12, 15): signal.signal(n, signal.SIG_IGN)\nwhile True: pass",
    ),
    hangs("blocked-signals", "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass"),
    hangs("endless-generator", "def numbers():\n    while True: yield 1\nreturn list(numbers())"),
    hangs("endless-callback", "while True: there['function'](1.0)"),
    hangs("slow-callbacks", "import numpy as np\nx = np.ones(10**6)\nwhile True: there['function'](x)"),
    hangs("holds-the-lock", "import ctypes\nctypes.PyDLL(None).sleep(1000)"),
    hangs(
        "sleeping-thread-joined",
        "import threading, time\nt = threading.Thread(target=time.sleep, args=(1000,))\nt.start()\nt.join()",
    ),
    hangs(
        "traced-by-its-parent",
        "import ctypes, os\nctypes.CDLL(None).ptrace(0, 0, 0, 0)\nos.kill(os.getpid(), 10)\nwhile True: pass",
    ),
    hangs("slow-str", "class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E"),
    dies("sys-exit", "import sys\nsys.exit(0)"),
    dies("os-exit", "import os\nos._exit(0)"),
    dies("abort", "import os\nos.abort()"),
    dies("segmentation-fault", "import ctypes\nctypes.string_at(0)"),
    dies("kill-itself", "import os\nos.kill(os.getpid(), 9)"),
    dies("c-exit", "import ctypes\nctypes.CDLL(None).exit(0)"),
    dies("quick-exit", "import ctypes\nctypes.CDLL(None)._exit(0)"),
    dies("keyboard-interrupt", "raise KeyboardInterrupt"),
    dies("generator-exit", "raise GeneratorExit"),
    dies("base-exception", "class B(BaseException): pass\nraise B"),
    dies("stop-iteration", "raise StopIteration", "error"),
    dies("not-implemented", "raise NotImplementedError", "error"),
    dies("alarm", "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0.05)\ntime.sleep(5)"),
    dies("close-everything", "import os\nos.closerange(0, 256)"),
    dies(
        "forbidden-machine-call",
        "import ctypes, mmap\nm = mmap.mmap(-1, 4096, prot=7)\nm.write(b'\\x0f\\x0b')\nctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(m)))()",
    ),
    dies("recursion", "def f(): return f()\nf()", "error"),
    disturb(
        "deaths",
        "c-stack",
        "import sys\nsys.setrecursionlimit(10**8)\ndef f(x): return f([x])\nf(1)",
        "crashed",
        "error",
        "timeout",
        timeout=3.0,
    ),
    dies("repr-of-a-tower", "x = []\nfor _ in range(10**5): x = [x]\nreturn x", "failed", "error", "crashed"),
    disturb("memory", "all-of-it", "import numpy as np\nx = []\nwhile True: x.append(np.empty(10**7))", "error", "crashed"),
    disturb("memory", "one-array", "import numpy as np\nreturn np.ones(10**12)", "error"),
    disturb("memory", "many-bytes", "x = []\nwhile True: x.append(bytes(2**27))", "error", "crashed"),
    disturb(
        "memory",
        "threads",
        "import threading, time\nfor _ in range(10**4): threading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
    ),
    disturb("memory", "descriptors", "import os\nwhile True: os.dup(0)", "error"),
    disturb("memory", "pipes", "import os\nx = []\nwhile True: x.append(os.pipe())", "error"),
    disturb(
        "memory",
        "mapped",
        "import mmap\nx = []\nwhile True: x.append(mmap.mmap(-1, 2**26))",
        "error",
        "crashed",
    ),
    disturb("output", "endless", "while True: print('x' * 1000)", "crashed"),
    disturb("output", "endless-bytes", "import os\nwhile True: os.write(2, b'x' * 65536)", "crashed"),
    disturb(
        "output",
        "no-text",
        "import os\nos.write(1, bytes(range(256)))\nraise ValueError(bytes(range(256)).decode('latin1'))",
        "error",
    ),
    disturb(
        "output", "escapes", "print('\\x1b[2J\\x1b]0;title\\x07\\u202e\\x9b31m')\nraise ValueError('\\x1b[2J')", "error"
    ),
    disturb("output", "closed", "import sys\nsys.stdout.close()\nsys.stderr.close()\nraise ValueError", "error"),
    disturb("output", "million-lines", "print('\\n' * 10**6)\nraise ValueError", "error"),
    answers("object-array", "import numpy as np\nreturn np.array([None, 1])"),
    answers("structured-array", "import numpy as np\nreturn np.zeros(3, [('a', 'f8'), ('b', 'O')])"),
    answers("text-array", "import numpy as np\nreturn np.array(['a'])"),
    answers("endless-list", "x = []\nx.append(x)\nreturn x"),
    answers("exponential-list", "x = [1] * 10\nfor _ in range(12): x = [x] * 10\nreturn x"),
    answers("million-numbers", "return list(range(10**6))"),
    answers("large-text", "return 'x' * 10**8"),
    answers("large-array", "import numpy as np\nreturn np.broadcast_to(1.0, (10**13,))"),
    answers("large-integer", "return 1 << 10**6"),
    answers("many-odd-keys", "return {n: n for n in range(5000)}"),
    answers("colliding-keys", "return {n * (2**61 - 1): 0 for n in range(5000)}"),
    answers("tuple-keys", "return {(1, 2): 3}"),
    answers(
        "equal-to-all",
        "class E:\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\nreturn E()",
    ),
    answers(
        "lying-array",
        "import numpy as np\nclass L(np.ndarray):\n    def __eq__(self, o): return True\n    shape = property(lambda s: (9,))\nreturn np.ones(3).view(L)",
    ),
    answers(
        "array-protocol",
        "class A:\n    def __array__(self, *a, **k): raise SystemExit\n    def __len__(self): raise SystemExit\nreturn A()",
    ),
    answers("dates", "import numpy as np\nreturn np.array(['2020-01-01'], 'M8[D]')"),
    answers("long-double", "import numpy as np\nreturn np.ones(3, np.longdouble)"),
    answers("not-a-number", "return float('nan')"),
    answers("nothing", "return None"),
    answers("generator", "return (n for n in range(3))"),
    answers("bytes", "return b'expected'"),
    answers("class", "return type('expected', (), {})"),
    answers("list-that-lies", "class L(list):\n    def __iter__(self): raise SystemExit\nreturn L([1])", "crashed"),
    answers("dict-that-lies", "class D(dict):\n    def items(self): return 5\nreturn D(a=1)", "error"),
    answers(
        "text-that-lies",
        "class S(str):\n    def __eq__(self, other): return True\n    __hash__ = str.__hash__\nreturn S('no')",
    ),
    answers(
        "metaclass",
        "class M(type):\n    def __getattribute__(c, n): raise SystemExit\nclass X(metaclass=M): pass\nreturn X()",
        "crashed",
        "failed",
    ),
    fiddles("trace", "import sys\nsys.settrace(lambda *a: (_ for _ in ()).throw(SystemExit))"),
    fiddles("profile", "import sys\nsys.setprofile(lambda *a: None)"),
    fiddles("builtins", "import builtins\nbuiltins.isinstance = builtins.len = builtins.type = None"),
    fiddles("numpy-emptied", "import numpy as np\nfor n in list(vars(np)): delattr(np, n)"),
    fiddles("json-replaced", "import json\njson.dumps = json.loads = lambda *a, **k: 'expected'"),
    fiddles("os-replaced", "import os\nos.write = os.readv = lambda *a: 0"),
    fiddles("warnings-replaced", "import warnings\nwarnings.catch_warnings = None"),
    fiddles("no-garbage", "import gc\ngc.disable()\ngc.set_debug(gc.DEBUG_SAVEALL)"),
    fiddles("modules-emptied", "import sys\nsys.modules.clear()\nsys.meta_path.clear()\nsys.path.clear()"),
    fiddles("floating-point-state", "import numpy as np\nnp.seterr(all='raise')"),
    fiddles(
        "host-found",
        "import gc\nfor o in gc.get_objects():\n    if type(o).__name__ == 'Host': o._operations.clear(); o._objects['x'] = 1",
    ),
    fiddles(
        "pack-replaced",
        "import gc\nfor o in gc.get_objects():\n    if getattr(o, '__name__', '') == 'pack' and hasattr(o, '__code__'): o.__code__ = (lambda n, m: b'').__code__",
    ),
    fiddles(
        "frames-walked",
        "import sys\nf = sys._getframe()\nwhile f:\n    for v in f.f_locals.values():\n        if 'expected' in repr(v)[:99]: raise SystemExit\n    f = f.f_back",
    ),
    fiddles("excepthook", "import sys\nsys.excepthook = sys.unraisablehook = lambda *a: None\nraise ValueError"),
    fiddles("exit-handlers", "import atexit, time\natexit.register(time.sleep, 1000)\nimport sys\nsys.exit(1)"),
    fiddles(
        "talking-thread",
        "import threading\ndef talk():\n    while True: pass\nthreading.Thread(target=talk, daemon=True).start()",
    ),
    fiddles(
        "late-death", "import threading, os\nthreading.Timer(0.0, os._exit, (0,)).start()\nimport time\ntime.sleep(0.5)"
    ),
    fiddles("switch-interval", "import sys\nsys.setswitchinterval(1000)"),
    forged("garbage", "send(b'garbage ' * 8)"),
    forged("half-a-frame", "send(b'\\0\\0\\1\\0')\nimport time\ntime.sleep(99)", "timeout", timeout=1.0),
    forged(
        "drop-by-drop",
        "import time\nsend(struct.pack('>IQ', 2**19, 0))\nwhile True:\n    send(b'[')\n    time.sleep(0.001)",
        "timeout",
        timeout=1.0,
    ),
    forged("huge-lengths", "send(struct.pack('>IQ', 2**32 - 1, 2**64 - 1))"),
    forged(
        "huge-payload",
        "send(struct.pack('>IQ', 9, 2**26))\nwhile True: send(bytes(65536))",
        "crashed",
        "timeout",
        timeout=3.0,
    ),
    forged("flood", "while True: send(bytes(1000))", "crashed", "timeout", timeout=3.0),
    forged("deep-header", "send(frame(header=b'[' * 10**5))"),
    forged("deep-value", "v = 1\nfor _ in range(300): v = ['list', [v]]\nsend(result(v))"),
    forged("many-axes", "send(result(['array', '<f8', [2**62] * 30000, 'C', 8], bytes(8)))"),
    forged("numbers-colliding", "send(result(['dict', [[n * (2**61 - 1), 0] for n in range(40000)]]))"),
    forged("key-twice", "send(result(['dict', [['a', 1], ['a', 2]]]))"),
    forged("object-header", "send(frame(header=b'{\"a\": 1}'))"),
    forged("object-dtype", "send(result(['array', '|O', [1], 'C', 8], bytes(8)))"),
    forged("array-for-a-number", "send(result(['scalar', ['array', '<f8', [1], 'C', 8]], bytes(8)))"),
    forged("generator-state", "send(result(['generator', ['dict', []]]))"),
    forged("callback-value", "send(result(['callback', 1, 'f']))"),
    forged("attribute-value", "send(result(['attribute', None, 'f']))"),
    forged("long-integer", "send(frame(header=b'[\"tuple\",[3,\"Result\",' + b'9' * 4000 + b']]'))"),
    forged("another-number", "send(result('x', number=99))"),
    forged("a-request", "send(frame(3, 'Reset', 0))"),
    forged("second-greeting", "send(frame(3, 'Ready', 7, True))"),
    forged("endless-seconds", "send(frame(3, 'Result', 1, float('inf'), EMPTY, EMPTY, False))"),
    forged("thousand-warnings", "send(frame(3, 'Result', 1, 0.0, ['tuple', ['w'] * 1000], EMPTY, False))"),
    forged("end-of-nothing", "send(frame(3, 'Result', None, 0.0, EMPTY, EMPTY, True))"),
    forged(
        "calls-of-the-judge",
        "while True: send(frame(3, 'CallJudge', 1, ['tuple', [1.0]], ['dict', []]))",
        "timeout",
        "crashed",
        timeout=1.0,
    ),
    forged(
        "call-of-no-function",
        "send(frame(3, 'CallJudge', 99, EMPTY, ['dict', []]))\nimport time\ntime.sleep(0.2)\nraise ValueError",
        *ANY_FAILURE,
    ),
    forged("call-with-too-much", "n = 2**24 + 8\nsend(struct.pack('>IQ', 60, n))", "timeout", "crashed", timeout=1.0),
    forged("unknown-handle", "send(result(['handle', 10**9, 'list', True, True]))", *ANY_FAILURE),
    forged("reply-and-then-nothing", "send(result('x'))\nwhile True: pass", "failed", "timeout", "crashed", timeout=1.0),
]

# Whole files. The kata's own score without any attack is in `baseline`: what no attack may exceed.
WRONG = """
import numpy as np
class ReLU:
    def forward(self, x):
        {attack}
        self.x = x
        return x * 0.5
    def backward(self, d_out):
        {attack}
        return d_out * 7
"""
BASELINE = WRONG.replace("{attack}", "pass")


def scores(name: str, code: str) -> Attack:
    """A wrong solution that tries to score."""
    return Attack(name, "points", code, ("no more",))


FORGERIES = [
    scores(
        "always-equal-array",
        "import numpy as np\nclass Y(np.ndarray):\n    def __eq__(self, o): return np.ones(3, bool)\n"
        + BASELINE.replace("x * 0.5", "(x * 0.5).view(Y)"),
    ),
    scores(
        "always-equal-object",
        "class Y:\n    def __eq__(self, o): return True\n    def __array__(self, *a, **k): return 0\n"
        + BASELINE.replace("x * 0.5", "Y()"),
    ),
    scores("exit-quietly", WRONG.replace("{attack}", "import os; os._exit(0)")),
    scores("exit-at-import", "import os\nos._exit(0)\n"),
    scores("system-exit-at-import", "raise SystemExit(0)\n"),
    scores("empty-file", ""),
    scores("numpy-testing-patched", "import numpy.testing as t\nt.assert_allclose = lambda *a, **k: None\n" + BASELINE),
    scores("numpy-allclose-patched", "import numpy as np\nnp.allclose = np.array_equal = lambda *a, **k: True\n" + BASELINE),
    scores("assertion-error-patched", "import builtins\nbuiltins.AssertionError = Warning\n" + BASELINE),
    scores(
        "pytest-imported",
        "try:\n    import pytest\n    pytest.skip('all', allow_module_level=True)\nexcept ImportError: pass\n" + BASELINE,
    ),
    scores(
        "skips-by-name",
        "class Skipped(BaseException): pass\nSkipped.__module__ = '_pytest.outcomes'\n"
        + WRONG.replace("{attack}", "raise Skipped"),
    ),
    scores(
        "reads-the-reference", "import sys\n" + WRONG.replace("{attack}", "sys.meta_path[:] = []; import reference.relu")
    ),
    scores("conftest-beside-it", "open('conftest.py', 'w').write('collect_ignore_glob = [\"*\"]')\n" + BASELINE),
    scores(
        "forged-replies",
        FORGE
        + "import threading\ndef forge():\n    for n in range(500): send(result(0.0, number=n))\n"
        + WRONG.replace("{attack}", "forge()"),
    ),
    scores(
        "forged-replies-in-a-thread",
        FORGE
        + "import threading\ndef forge():\n    while True:\n        for n in range(99): send(result(0.0, number=n))\nthreading.Thread(target=forge, daemon=True).start()\n"
        + BASELINE,
    ),
    scores("prints-a-verdict", 'print(\'{"schema": 1, "score": 100, "passed": true}\')\n' + BASELINE),
    scores(
        "host-that-forgets-to-compare",
        "import gc\nfor o in gc.get_objects():\n    if getattr(o, '__name__', '') == '_Watched': o.changed = lambda self: False\n"
        + BASELINE,
    ),
    scores(
        "not-written",
        "class ReLU:\n    def forward(self, x): raise NotImplementedError\n    def backward(self, d): raise NotImplementedError\n",
    ),
    scores(
        "attributes-from-nowhere",
        "class ReLU:\n    def __getattr__(self, name): return lambda *a, **k: a[0] * (0.5 if name == 'forward' else 7)\n",
    ),
    scores(
        "module-from-nowhere",
        "import sys, types\nclass M(types.ModuleType):\n    def __getattr__(self, n): return lambda *a: None\nsys.modules['solution'].__class__ = M\n",
    ),
]


def table() -> str:
    """How many attacks there are of each family, as Markdown."""
    counts = Counter(attack.family for attack in (*REACHES, *DISTURBANCES, *FORGERIES))
    rows = [f"| {family} | {count} |" for family, count in counts.items()]
    return "\n".join(["| family | attacks |", "|---|---|", *rows, f"| all | {counts.total()} |"])


if __name__ == "__main__":
    print(table())
