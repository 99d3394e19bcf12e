"""How long `kata watch` takes from a save to the verdict on the screen, beside a cold `kata check` of the same file.

    python benchmarks/watch_latency.py [--rounds 15] [--katas linear conv2d]

Each round saves a right solution and one with a mistake by turns and waits for its verdict on a pseudo-terminal; then it
runs `kata check --no-timing` on the same file in a fresh process. Before each save it pauses as a person does at the least,
since the worker for that save starts up in that time. The table gives medians, and the slowest verdict.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import shutil
import statistics
import struct
import subprocess
import sysconfig
import tempfile
import termios
import time
from pathlib import Path

from harness import catalog
from harness.authoring.hunts import plant
from harness.judge.bank import load_bank

GIVE_UP_SECONDS = 60.0
KATA = shutil.which("kata", path=sysconfig.get_path("scripts")) or "kata"


class Screen:
    """A `kata watch` on a terminal of its own."""

    def __init__(self, name: str, folder: Path) -> None:
        self._seen = ""
        self._verdicts = 0
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
            os.execv(KATA, [KATA, "watch", name])
        self.wait()

    def wait(self) -> None:
        """Read until the next verdict is on the screen, to its last line."""
        self._verdicts += 1
        give_up = time.monotonic() + GIVE_UP_SECONDS
        while f"check {self._verdicts} " not in self._seen:
            if time.monotonic() > give_up:
                raise TimeoutError(f"no verdict came; the screen was: {self._seen}")
            self.read(0.1)
        self._seen = ""

    def read(self, seconds: float) -> None:
        """Read what is printed within that time, or only the first of it."""
        if select.select([self._terminal], [], [], seconds)[0]:
            self._seen += os.read(self._terminal, 1 << 16).decode("utf-8", "replace")

    def pause(self, seconds: float) -> None:
        """Read on for that long, as a terminal does."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.read(left)

    def quit(self) -> None:
        """Press q, and wait for the end."""
        os.write(self._terminal, b"q")
        os.waitpid(self._pid, 0)
        os.close(self._terminal)


def measure(name: str, rounds: int, pause: float) -> dict[str, list[tuple[float, float]]]:
    """Seconds from save to verdict, and of a cold check, round by round: of a right solution, and of one with a mistake."""
    kata = catalog.find(name)
    texts = {
        "right": kata.reference_file.read_text(encoding="utf-8"),
        "with a mistake": plant([load_bank(kata.module)[0]]),
    }
    seconds: dict[str, list[tuple[float, float]]] = {which: [] for which in texts}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / kata.file_name
        path.write_text(texts["right"], encoding="utf-8")
        screen = Screen(name, Path(folder))
        for number in range(rounds + 1):
            for which, text in texts.items():
                screen.pause(pause)
                content = f"{text}\n# save {number}\n".encode()
                began = time.perf_counter()
                path.write_bytes(content)
                screen.wait()
                watched = time.perf_counter() - began
                screen.pause(pause)
                began = time.perf_counter()
                subprocess.run([KATA, "check", name, "--no-timing"], cwd=folder, stdout=subprocess.DEVNULL)
                if number:  # the first round warms up
                    seconds[which].append((watched, time.perf_counter() - began))
        screen.quit()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--pause", type=float, default=0.6, help="seconds between a verdict and the next save")
    parser.add_argument("--katas", nargs="+", default=["linear", "conv2d"])
    arguments = parser.parse_args()
    print(f"{'kata':<12}{'solution':<16}{'save to verdict':>16}{'slowest':>10}{'cold check':>12}")
    for name in arguments.katas:
        for which, pairs in measure(name, arguments.rounds, arguments.pause).items():
            watched, cold = zip(*pairs, strict=True)
            print(
                f"{name:<12}{which:<16}{1000 * statistics.median(watched):>13.0f} ms"
                f"{1000 * max(watched):>7.0f} ms{1000 * statistics.median(cold):>9.0f} ms"
            )


if __name__ == "__main__":
    main()
