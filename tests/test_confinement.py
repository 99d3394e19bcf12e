"""What a worker gives up: Landlock's rules, seccomp's filter, the whitelist of bubblewrap, and how they come to be chosen.

The attacks that they have to stop are in `tests/hostile`. Here the parts are looked at one by one: what an older or a
different machine would be asked for, and that a correct solution misses nothing.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import reference.relu
from harness.sandbox import landlock, seccomp
from harness.sandbox.client import WorkerClient, read_regular_file
from harness.sandbox.errors import UnreadableSolution
from harness.sandbox.proxy import Solution
from harness.sandbox.spawn import Layers, Places, bwrap_command, bwrap_works, python, spawn, unavailable

Run = Callable[..., subprocess.CompletedProcess[str]]
BWRAP = bwrap_works()
LANDLOCK = landlock.version() > 0
needs_landlock = pytest.mark.skipif(not LANDLOCK, reason="this kernel has no Landlock")
needs_bwrap = pytest.mark.skipif(not BWRAP, reason="bubblewrap is not usable on this machine")
LAYERS = [
    pytest.param(Layers(True, False), id="landlock", marks=needs_landlock),
    pytest.param(Layers(False, True), id="bwrap", marks=needs_bwrap),
    pytest.param(Layers(True, True), id="landlock+bwrap", marks=[needs_landlock, needs_bwrap]),
]


@pytest.fixture
def confined(tmp_path: Path) -> Iterator[Callable[..., Solution]]:
    """Gives the proxy of a solution, given as source code, in a worker of these layers."""
    clients = []

    def begin(source: str, layers: Layers) -> Solution:
        path = tmp_path / "answer.py"
        path.write_text(source, encoding="utf-8")
        clients.append(WorkerClient(path, sandbox=layers, call_timeout=20.0))
        clients[-1].begin_check(0)
        return Solution(clients[-1], path.name)

    yield begin
    for client in clients:
        client.kill()


class TestWhatACorrectSolutionNeeds:
    @pytest.mark.parametrize("layers", LAYERS)
    @pytest.mark.parametrize(
        "lines",
        [
            "import json.tool, sqlite3, decimal, csv, ssl, zoneinfo, xml.etree.ElementTree, unittest.mock; return 1",
            "import numpy.polynomial, numpy.fft, numpy.ma, numpy.testing, numpy.lib.stride_tricks; return 1",
            "return round(np.linalg.svd(np.ones((300, 300)))[1][0] / 300)",
            "import threading; a = []; t = threading.Thread(target=a.append, args=(1,)); t.start(); t.join(); return a[0]",
            "import asyncio; return asyncio.run(asyncio.sleep(0, 1))",
            "import os; open(os.devnull, 'w').write('x'); return len(open('/dev/urandom', 'rb').read(1))",
            "import time, locale, tracemalloc, cProfile; tracemalloc.start(); return time.localtime().tm_isdst * 0 + 1",
            "import warnings; warnings.warn('look'); return 1",
            "return int(np.random.default_rng().integers(1, 2))",
            "import os; os.kill(os.getpid(), 0); return 1",
        ],
    )
    def test_works_in_every_sandbox(self, confined: Callable[..., Solution], layers: Layers, lines: str) -> None:
        assert confined(f"import numpy as np\ndef f():\n    {lines}\n", layers).f() == 1

    @pytest.mark.parametrize("layers", LAYERS)
    def test_error_in_numpy_is_told_with_the_learners_line(self, confined: Callable[..., Solution], layers: Layers) -> None:
        with pytest.raises(Exception, match=r"f raised LinAlgError at answer\.py:3: Singular matrix\n    return np"):
            confined("import numpy as np\ndef f():\n    return np.linalg.inv(np.zeros((2, 2)))\n", layers).f()

    @needs_bwrap
    def test_solution_in_a_hidden_folder_is_judged_all_the_same(self) -> None:
        client = WorkerClient(Path(reference.relu.__file__), sandbox=Layers(LANDLOCK, True))
        try:
            client.begin_check(0)
            assert Solution(client, "relu.py").ReLU().forward(np.array([-1.0, 2.0])).tolist() == [0.0, 2.0]
        finally:
            client.kill()


class TestLandlock:
    @pytest.mark.parametrize(
        ("abi", "files", "tcp", "scopes", "size"),
        [
            (1, 0x1FFF, 0, 0, 8),
            (2, 0x3FFF, 0, 0, 8),
            (3, 0x7FFF, 0, 0, 8),
            (4, 0x7FFF, 3, 0, 16),
            (5, 0xFFFF, 3, 0, 16),
            (6, 0xFFFF, 3, 3, 24),
            (7, 0xFFFF, 3, 3, 24),
            (99, 0xFFFF, 3, 3, 24),
        ],
    )
    def test_each_version_is_asked_for_all_it_knows(self, abi: int, files: int, tcp: int, scopes: int, size: int) -> None:
        """The numbers are those of the kernel's documentation, version by version."""
        asked, asked_size = landlock.attributes(abi)
        assert (asked.handled_access_fs, asked.handled_access_net, asked.scoped) == (files, tcp, scopes)
        assert asked_size == size

    @needs_landlock
    @pytest.mark.parametrize("abi", range(1, 7))
    def test_kernel_takes_what_older_versions_are_asked_for(self, abi: int) -> None:
        if abi > landlock.version():
            pytest.skip("this kernel's Landlock is older")
        attributes, size = landlock.attributes(abi)
        rules = landlock._call(landlock.CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0))
        os.close(rules)

    def test_structures_are_as_large_as_the_kernels(self) -> None:
        assert ctypes.sizeof(landlock.PathBeneath) == 12
        assert ctypes.sizeof(landlock.RulesetAttributes) == 24

    def test_kernel_without_it_is_no_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(number: int, *arguments: object) -> int:
            raise OSError(errno.ENOSYS, "no such call")

        monkeypatch.setattr(landlock, "_call", refuse)
        assert landlock.version() == 0
        assert landlock.restrict(["/usr"], []) == 0
        assert "has no Landlock" in str(unavailable("landlock"))

    def test_folder_with_something_hidden_is_replaced_by_the_rest_of_it(self, tmp_path: Path) -> None:
        for name in ("lib/a", "lib/b/kept", "lib/b/hidden/inside", "lib/c"):
            (tmp_path / name).mkdir(parents=True)
        (tmp_path / "lib/file").touch()
        (tmp_path / "lib/way_out").symlink_to("/")
        (tmp_path / "lib/link").symlink_to(tmp_path / "lib/file")
        (tmp_path / "again").symlink_to(tmp_path / "lib")
        hidden = [str(tmp_path / "lib/b/hidden")]
        found = landlock.expanded([str(tmp_path / "again"), str(tmp_path / "lib"), str(tmp_path / "lib/b/hidden")], hidden)
        expected = ["lib/a", "lib/b/kept", "lib/c", "lib/file"]
        assert sorted(found) == [str(tmp_path / name) for name in expected]

    def test_folder_without_anything_hidden_is_one_rule(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        assert list(landlock.expanded([str(tmp_path)], ["/elsewhere"])) == [str(tmp_path)]

    @needs_landlock
    def test_files_of_a_site_packages_folder_inside_the_library_are_out_of_reach(self, tmp_path: Path) -> None:
        """As where NumPy and we are installed without a virtual environment."""
        packages = tmp_path / "python3/site-packages"
        for name in ("numpy", "katas"):
            (packages / name).mkdir(parents=True)
            (packages / name / "file").write_text(name)
        (tmp_path / "python3/os.py").write_text("os")
        program = (
            "import sys; from harness.sandbox import landlock\n"
            f"landlock.restrict([{str(tmp_path / 'python3')!r}, {str(packages / 'numpy')!r}], [{str(packages)!r}])\n"
            "for path in sys.argv[1:]:\n"
            "    try: print(open(path).read())\n"
            "    except PermissionError: print('no')\n"
        )
        paths = [tmp_path / "python3/os.py", packages / "numpy/file", packages / "katas/file"]
        done = subprocess.run([sys.executable, "-c", program, *map(str, paths)], capture_output=True, text=True)
        assert done.stdout.split() == ["os", "numpy", "no"], done.stderr


def run_filter(program: list[tuple[int, int, int, int]], arch: int, number: int, *arguments: int) -> int:
    """What the kernel's BPF machine makes of a filter and one system call."""
    words = {seccomp.NUMBER_AT: number, seccomp.ARCH_AT: arch}
    words |= {seccomp.ARGUMENTS_AT + 8 * i: value & 0xFFFFFFFF for i, value in enumerate(arguments)}
    at, accumulator = 0, 0
    while True:
        code, if_true, if_false, operand = program[at]
        at += 1
        if code == seccomp.RETURN:
            return operand
        if code == seccomp.LOAD_WORD:
            accumulator = words[operand]
            continue
        holds = {
            seccomp.JUMP_EQUAL: accumulator == operand,
            seccomp.JUMP_AT_LEAST: accumulator >= operand,
            seccomp.JUMP_ANY_BIT: bool(accumulator & operand),
        }[code]
        at += if_true if holds else if_false


class TestSeccomp:
    """The filter is run here, so that the one for the other architecture is tested as well."""

    ME = 4711
    REFUSED = seccomp.ERRNO | errno.EPERM

    @pytest.fixture(params=seccomp.MACHINES)
    def judged(self, request: pytest.FixtureRequest) -> tuple[seccomp.Machine, Callable[..., int]]:
        machine = seccomp.MACHINES[request.param]
        program = seccomp.filter_program(machine, self.ME)
        return machine, lambda number, *arguments: run_filter(program, machine.audit, number, *arguments)

    def test_every_listed_call_is_refused(self, judged: Any) -> None:
        machine, ask = judged
        numbers = [row[machine.column] for row in seccomp.REFUSED.values() if row[machine.column] is not None]
        assert len(set(numbers)) == len(numbers) > 70
        assert {ask(number, 0, 0) for number in numbers} == {self.REFUSED}

    def test_all_else_is_allowed(self, judged: Any) -> None:
        machine, ask = judged
        listed = {row[machine.column] for row in seccomp.REFUSED.values()}
        by_argument = {getattr(machine, name) for name in ("clone", "clone3", "kill", "tkill", "tgkill", "prlimit64")}
        others = [number for number in range(470) if number not in listed | by_argument]
        assert {ask(number, 0, 0) for number in others} == {seccomp.ALLOW}

    def test_threads_but_no_processes(self, judged: Any) -> None:
        machine, ask = judged
        assert ask(machine.clone, 0x3D0F00, 0) == seccomp.ALLOW  # what pthread_create asks for
        assert ask(machine.clone, 17, 0) == self.REFUSED  # SIGCHLD alone: fork
        assert ask(machine.clone, 0x10000011, 0) == self.REFUSED  # in a user namespace of its own
        assert ask(machine.clone3, 0, 0) == seccomp.ERRNO | errno.ENOSYS

    def test_signals_and_limits_for_itself_only(self, judged: Any) -> None:
        machine, ask = judged
        for call in (machine.kill, machine.tkill, machine.tgkill):
            answers = [ask(call, target, 9) for target in (self.ME, 1, 0, -1, -self.ME, self.ME + 1)]
            assert answers == [seccomp.ALLOW] + [self.REFUSED] * 5
        assert [ask(machine.prlimit64, target, 0) for target in (0, self.ME, 1)] == [seccomp.ALLOW] * 2 + [self.REFUSED]

    def test_ties_to_the_judge_cannot_be_cut(self, judged: Any) -> None:
        machine, ask = judged
        assert ask(machine.prctl, 1, 0) == self.REFUSED
        assert ask(machine.prctl, 15, 0) == seccomp.ALLOW
        assert [ask(machine.fcntl, 5, command) for command in (8, 10, 15)] == [self.REFUSED] * 3
        assert ask(machine.fcntl, 5, 3) == seccomp.ALLOW

    def test_calls_of_another_architecture_end_the_process(self, judged: Any) -> None:
        machine, _ = judged
        program = seccomp.filter_program(machine, self.ME)
        assert run_filter(program, 0x40000003, 1) == seccomp.KILL_PROCESS  # 32-bit x86

    def test_second_set_of_numbers_of_x86_is_refused(self) -> None:
        machine = seccomp.MACHINES["x86_64"]
        program = seccomp.filter_program(machine, self.ME)
        assert run_filter(program, machine.audit, seccomp.X32_BIT | 57) == seccomp.ERRNO | errno.ENOSYS

    def test_no_jump_leads_out_of_the_program(self, judged: Any) -> None:
        machine, _ = judged
        program = seccomp.filter_program(machine, self.ME)
        assert len(program) < 4096
        for at, (code, if_true, if_false, _) in enumerate(program):
            assert 0 <= if_true < 256
            assert 0 <= if_false < 256
            assert code == seccomp.RETURN or at + 1 + max(if_true, if_false) < len(program)

    @pytest.mark.skipif(not Path("/usr/include/asm-generic/unistd.h").exists(), reason="the kernel's headers are not here")
    def test_numbers_are_the_kernels(self) -> None:
        headers = [Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm-generic/unistd.h")]
        for column, header in enumerate(headers):
            if not header.exists():
                continue
            words = [line.split() for line in header.read_text().splitlines() if line.startswith("#define __NR")]
            known = {w[1].removeprefix("__NR_").removeprefix("__NR3264_"): int(w[2]) for w in words if w[2].isdigit()}
            listed = {name: row[column] for name, row in seccomp.REFUSED.items() if name in known}
            machine = list(seccomp.MACHINES.values())[column]
            listed |= {name: getattr(machine, name) for name in ("clone", "kill", "tgkill", "prctl", "fcntl", "capset")}
            assert listed == {name: known[name] for name in listed}
            assert len(listed) > 60


class TestBubblewrap:
    def test_nothing_of_ours_is_bound_but_the_worker(self) -> None:
        command = bwrap_command(Places.here(str(Path(np.__file__).parents[1])))
        bound = [Path(command[i + 1]) for i, word in enumerate(command) if word.startswith("--ro-bind")]
        root = Path(reference.__path__[0]).parent  # NumPy may be installed beside us
        ours = [path for path in bound if path.is_relative_to(root) and not path.name.startswith("numpy")]
        assert ours == [root / "harness/sandbox"]
        assert not [path for path in bound if root.is_relative_to(path)]

    def test_no_capability_is_left(self) -> None:
        command = bwrap_command(Places.here(str(Path(np.__file__).parents[1])))
        assert command[command.index("--cap-drop") + 1] == "ALL"

    @needs_bwrap
    def test_only_what_is_bound_is_there(self, confined: Callable[..., Solution]) -> None:
        source = "import os, socket\ndef f(): return os.listdir('/'), [n for _, n in socket.if_nameindex()], os.getcwd()\n"
        seen, cwd = confined(source.replace("[n for _, n in socket.if_nameindex()], ", ""), Layers(False, True)).f()
        assert {"proc", "home", "sys", "mnt", "var"}.isdisjoint(seen)
        assert cwd == "/"

    @needs_bwrap
    def test_numpy_may_be_installed_below_the_folder_for_temporary_files(self) -> None:
        """The sandbox has an empty /tmp, and an environment made there, as by a test run, must not be lost under it."""
        with tempfile.TemporaryDirectory(dir="/tmp") as packages:
            kept = Path(packages, "numpy", "kept.txt")
            kept.parent.mkdir()
            kept.write_text("kept")
            read = [python(), "-I", "-S", "-c", "import sys; print(open(sys.argv[1]).read())", str(kept)]
            done = subprocess.run([*bwrap_command(Places.here(packages)), *read], capture_output=True, text=True)
        assert (done.stdout, done.stderr) == ("kept\n", "")

    @needs_bwrap
    def test_scratch_is_small(self, confined: Callable[..., Solution]) -> None:
        lines = "    for n in range(99):\n        open(f'/tmp/{n}', 'wb').write(bytes(2**20))\n"
        with pytest.raises(Exception, match="No space left on device"):
            confined(f"def f():\n{lines}", Layers(False, True)).f()

    def test_bubblewrap_that_does_not_start_is_done_without(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The first worker finds out; the next ones do not try again."""
        broken = tmp_path / "bwrap"
        broken.write_text("#!/bin/sh\necho setting up uid map: Permission denied >&2\nexit 1\n")
        broken.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        monkeypatch.setattr("harness.sandbox.spawn._bwrap_failed", False)
        (tmp_path / "answer.py").write_text("def f(): return 1\n")
        client = WorkerClient(tmp_path / "answer.py")
        try:
            client.begin_check(0)
            assert client.sandbox == ("landlock" if LANDLOCK else "none")
            assert client.output == ""
            assert Solution(client, "answer.py").f() == 1
            assert not Layers.of("auto").bwrap
        finally:
            client.kill()


class TestWhatIsInForce:
    @pytest.mark.parametrize("layers", LAYERS)
    def test_worker_says_it(self, confined: Callable[..., Solution], layers: Layers, request: Any) -> None:
        solution = confined("def f(): return 1\n", layers)
        assert isinstance(solution._backend, WorkerClient)
        assert solution._backend.sandbox == request.node.callspec.id

    def test_json_of_a_verdict_names_it(self, kata: Run, tmp_path: Path) -> None:
        shutil.copy(reference.relu.__file__, tmp_path / "relu.py")
        done = kata("check", "relu", "--json", "--no-timing", "--sandbox", "none")
        assert '"sandbox": "none"' in done.stdout
        expected = "+".join(name for name, there in (("landlock", LANDLOCK), ("bwrap", BWRAP)) if there) or "none"
        assert f'"sandbox": "{expected}"' in kata("check", "relu", "--json", "--no-timing").stdout
        assert ["sandbox", expected] in [line.split() for line in kata("doctor").stdout.splitlines()]

    @pytest.mark.parametrize(
        ("command", "expected"),
        [
            ("check relu --no-timing", True),
            ("check relu --no-timing --sandbox none", False),
            ("check --all", True),
            ("check --all --sandbox none", False),
            ("bench relu --seconds 0.5", True),
            ("interview end --yes", True),
        ],
    )
    def test_screen_says_where_there_is_none(self, command: str, expected: bool, tmp_path: Path) -> None:
        """As on macOS, or on a Linux that has neither. Whoever asks for none need not be told."""
        shutil.copy(reference.relu.__file__, tmp_path / "relu.py")
        program = (
            "import sys, harness.sandbox.spawn as spawn\n"
            "spawn.Layers.of = classmethod(lambda cls, sandbox: cls(False, False))\n"
            "from harness.cli import run\n"
            "if 'interview' in sys.argv: run(['interview', '--seed', '3', '--minutes', '30'])\n"
            "print('---')\n"
            "sys.exit(run(sys.argv[1:]))\n"
        )
        command_line = [sys.executable, "-c", program, *command.split()]
        done = subprocess.run(command_line, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert ("ran without a sandbox" in " ".join(done.stdout.partition("---")[2].split())) == expected

    @pytest.mark.parametrize("more", [(), ("--all",)])
    def test_sandbox_that_is_not_there_is_a_wrong_call(self, kata: Run, tmp_path: Path, more: tuple[str, ...]) -> None:
        shutil.copy(reference.relu.__file__, tmp_path / "relu.py")
        done = kata("check", *(more or ("relu",)), "--sandbox", "bwrap", PATH=str(tmp_path))
        assert (done.returncode, done.stdout) == (2, "")
        assert "bubblewrap (bwrap) is not installed or may not be used here" in done.stderr


class TestSolutionFile:
    def test_fifo_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "answer.py")
        with pytest.raises(OSError, match="not a regular file"):
            read_regular_file(tmp_path / "answer.py", 100)

    @pytest.mark.parametrize("name", ["/dev/zero", "/dev", "/nonexistent"])
    def test_what_is_no_file_is_not_read(self, name: str) -> None:
        with pytest.raises(OSError, match=r"not a regular file|No such file|Is a directory"):
            read_regular_file(Path(name), 100)

    def test_no_more_is_read_than_allowed(self, tmp_path: Path) -> None:
        (tmp_path / "answer.py").write_bytes(b"#" * 101)
        with pytest.raises(OSError, match="it has more than"):
            read_regular_file(tmp_path / "answer.py", 100)
        assert read_regular_file(tmp_path / "answer.py", 101) == b"#" * 101

    def test_file_that_became_a_fifo_is_a_sentence(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "answer.py")
        client = WorkerClient(tmp_path / "answer.py", sandbox="none")
        try:
            with pytest.raises(UnreadableSolution, match=r"answer\.py cannot be read: it is not a regular file"):
                client.begin_check(0)
        finally:
            client.kill()


class TestPoorSurroundings:
    @pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"])
    def test_closed_standard_streams_change_nothing(self, tmp_path: Path, closed: str) -> None:
        shutil.copy(reference.relu.__file__, tmp_path / "relu.py")
        command = f"exec {sys.executable} -c 'from harness.cli import main; main()' check relu --no-timing {closed}"
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        assert ("100 / 100" in done.stdout) == (">&-" not in closed.replace("2>&-", ""))

    def test_no_folder_for_temporary_files(self, tmp_path: Path) -> None:
        """A judge that fails has nowhere to write its traceback, and says so in a sentence."""
        program = (
            "import tempfile, harness.cli as cli\n"
            f"tempfile._candidate_tempdir_list = lambda: [{str(tmp_path / 'missing')!r}]\n"
            "raise SystemExit(cli._report_failure(ValueError('broken')))\n"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        assert done.returncode == 3
        assert "Traceback (most recent" not in done.stderr
        assert "broken" in done.stderr
        assert "There is no place for the traceback: No usable temporary directory" in " ".join(done.stderr.split())


def test_descriptors_of_a_worker_are_closed_when_it_is_killed() -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for layers in (Layers(False, False), Layers(LANDLOCK, BWRAP)):
        worker = spawn(layers)
        assert stat.S_ISFIFO(os.fstat(worker.requests).st_mode)
        worker.kill()
        worker.kill()
    assert len(os.listdir("/proc/self/fd")) == before if Path("/proc/self/fd").exists() else True
