"""When a mistake is told, `kata why`, `kata debug` and `kata check --only`."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import catalog
from harness.authoring.hunts import plant
from harness.judge.bank import find_mistake, load_bank

Run = Callable[..., subprocess.CompletedProcess[str]]

NAME = "averaged-bias-gradient"
MISTAKE = find_mistake("linear", NAME)
RECOGNISED = (
    "3 failing checks match a known mistake. It is explained by `kata why linear`, which counts as a hint, "
    "or by a check more than a minute later."
)


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def wrong(kata: Run, tmp_path: Path) -> Path:
    """A started kata whose solution makes one mistake of the bank."""
    assert kata("start", "linear").returncode == 0
    (tmp_path / "linear.py").write_text(plant([MISTAKE]), encoding="utf-8")
    return tmp_path


def age_attempts(folder: Path, seconds: float) -> None:
    """Move everything that was recorded into the past."""
    with sqlite3.connect(folder / ".kata" / "history.db") as database:
        database.execute("UPDATE attempt SET at = at - ?", (seconds,))


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / ".kata" / "history.db") as database:
        return database.execute(query).fetchall()


class TestToldInTime:
    def test_first_attempt_says_only_that_a_mistake_is_recognised(self, kata: Run, wrong: Path) -> None:
        done = kata("check")
        assert RECOGNISED in one_line(done.stdout)
        assert "averaged over the batch" not in done.stdout

    def test_checks_within_a_minute_are_one_attempt(self, kata: Run, wrong: Path) -> None:
        kata("check")
        assert RECOGNISED in one_line(kata("check").stdout)

    def test_next_attempt_that_still_shows_it_explains_it(self, kata: Run, wrong: Path) -> None:
        kata("check")
        age_attempts(wrong, 61)
        shown = one_line(kata("check").stdout)
        assert "The mistake (seen in 3 checks)" in shown
        assert one_line(MISTAKE.headline) in shown
        assert "match a known mistake" not in shown

    def test_explain_tells_at_once(self, kata: Run, wrong: Path) -> None:
        assert one_line(MISTAKE.headline) in one_line(kata("check", "--explain").stdout)

    def test_json_always_holds_it(self, kata: Run, wrong: Path) -> None:
        verdict = json.loads(kata("check", "--json").stdout)
        assert verdict["mistakes"] == [NAME]
        told = {d["explanation"] for g in verdict["groups"] for c in g["checks"] for d in c["diagnosis"]}
        assert told == {MISTAKE.explanation}

    def test_what_the_mistakes_leave_open_is_said(self, kata: Run, wrong: Path) -> None:
        text = plant([MISTAKE]).replace("x @ self.weight + self.bias", "3 * (x @ self.weight) + self.bias")
        (wrong / "linear.py").write_text(text, encoding="utf-8")
        shown = one_line(kata("check", "--explain").stdout)
        assert re.search(r"\d failing checks? shows? something else\.", shown) or "What the numbers suggest" in shown


class TestWhy:
    def test_it_explains_and_counts_as_a_hint(self, kata: Run, wrong: Path) -> None:
        done = kata("why")
        assert (done.returncode, done.stderr) == (1, "")
        assert one_line(MISTAKE.explanation) in one_line(done.stdout)
        assert rows(wrong, "SELECT mistake FROM explanation") == [(NAME,)]
        assert rows(wrong, "SELECT count(*) FROM attempt") == [(0,)]
        assert one_line(MISTAKE.headline) in one_line(kata("check").stdout)

    def test_several_mistakes_are_explained_one_at_a_time(self, kata: Run, wrong: Path) -> None:
        other = find_mistake("linear", "xavier-initialisation")
        (wrong / "linear.py").write_text(plant([MISTAKE, other]), encoding="utf-8")
        first, second = one_line(kata("why").stdout), one_line(kata("why").stdout)
        assert one_line(MISTAKE.headline) in first
        assert one_line(other.headline) not in first
        assert "1 more known mistake is recognised: kata why again explains the next." in first
        assert one_line(other.headline) in second

    def test_nothing_known_says_so(self, kata: Run, wrong: Path) -> None:
        (wrong / "linear.py").write_text(reference().replace("x @ self.weight +", "x @ np.sin(self.weight) +"))
        done = kata("why")
        assert done.returncode == 1
        assert "No known mistake is recognised in it." in done.stdout

    def test_correct_solution_has_nothing_to_explain(self, kata: Run, wrong: Path) -> None:
        (wrong / "linear.py").write_text(reference(), encoding="utf-8")
        done = kata("why")
        assert (done.returncode, done.stdout) == (0, "All checks of linear pass: there is nothing to explain.\n")


def reference() -> str:
    return catalog.load("linear").reference_file.read_text(encoding="utf-8")


class TestDebug:
    def test_script_runs_the_check_and_prints_both_values(self, kata: Run, wrong: Path) -> None:
        done = kata("debug", "linear", "d_bias is correct (tall)")
        assert done.returncode == 0, done.stderr
        assert 'Wrote debug_linear.py and debug_linear.npz: the check "d_bias is correct (tall)".' in one_line(done.stdout)
        ran = run_script(wrong / "debug_linear.py")
        verdict = json.loads(kata("check", "--json").stdout)
        check = next(c for g in verdict["groups"] for c in g["checks"] if c["title"] == "d_bias is correct (tall)")
        assert f"# {check['message']}" in (wrong / "debug_linear.py").read_text()
        got, expected = re.findall(r"\[([-.\d\s]+)\]", ran)
        assert [float(e) / float(g) for g, e in zip(got.split(), expected.split(), strict=True)] == pytest.approx([4] * 3)

    def test_script_compares_what_the_file_gives_now(self, kata: Run, wrong: Path) -> None:
        assert kata("debug", "linear", "d_bias is correct (tall)").returncode == 0
        script, solution = wrong / "debug_linear.py", wrong / "linear.py"
        assert difference(run_script(script)) > 1e-3
        solution.write_text(reference(), encoding="utf-8")
        assert difference(run_script(script)) < 1e-12
        solution.write_text(reference().replace("d_out.sum(axis=0)", "d_out.sum(axis=1)"), encoding="utf-8")
        assert "shape: (4,) expected: (3,)" in run_script(script)

    def test_wrong_shape_and_the_probes_of_the_gradient_check(self, kata: Run, wrong: Path) -> None:
        (wrong / "linear.py").write_text(reference().replace("d_out.sum(axis=0)", "d_out.sum(axis=1)"), encoding="utf-8")
        assert kata("debug", "linear", "d_bias is the derivative of your own forward pass (tall)").returncode == 0
        script = wrong / "debug_linear.py"
        text = script.read_text()
        assert text.count("linear.forward(") == 2  # one in the loop over all probes, one before backward
        loop = 'for probe in data["probes"]:\n    linear.bias = probe\n    linear.forward(x)\n'
        assert "# Delete them if your forward keeps nothing" in text.partition(loop)[0]
        assert run_script(script) == "d_bias, shape: (4,) expected: (3,)\n"
        (wrong / "linear.py").write_text(reference(), encoding="utf-8")
        assert run_script(script) == "d_bias, shape: (3,) expected: (3,)\n"

    def test_what_a_check_joins_and_hands_on_is_live_too(self, kata: Run, tmp_path: Path) -> None:
        kind = catalog.load("kv-cache")
        solution, script = tmp_path / kind.file_name, tmp_path / f"debug_{kind.file_name}"
        solution.write_text(plant([find_mistake(kind.module, "positions-restarted")]), encoding="utf-8")
        assert kata("debug", "kv-cache", "a prompt first").returncode == 0
        assert "got = np.concatenate([out[0], out_2[0], out_3[0], out_4[0]], axis=1)" in script.read_text()
        assert script.read_text().count("[1]['k']") == 3  # each step gets the cache of the one before
        assert difference(run_script(script)) > 1e-3
        solution.write_text(kind.reference_file.read_text(encoding="utf-8"), encoding="utf-8")
        assert difference(run_script(script)) < 1e-12

    def test_what_a_check_computes_itself_is_said_to_be_old(self, kata: Run, tmp_path: Path) -> None:
        kind = catalog.load("clip-gradients")
        (tmp_path / kind.file_name).write_text(plant([find_mistake(kind.module, "norm-of-each-array")]), encoding="utf-8")
        assert kata("debug", "clip-gradients", "TestValues::test_direction").returncode == 0
        script = tmp_path / f"debug_{kind.file_name}"
        assert "# The check computed this of what the calls gave. Here it is as it was then" in script.read_text()
        assert run_script(script).startswith("kept_8 is now:\n")

    @pytest.mark.parametrize("name", ["conv2d", "softmax", "sandwich", "cross-entropy", "batches", "adam"])
    def test_first_failing_check_of_any_kata_can_be_run(self, kata: Run, tmp_path: Path, name: str) -> None:
        kind = catalog.load(name)
        mistake = load_bank(kind.module)[0]
        (tmp_path / kind.file_name).write_text(plant([mistake]), encoding="utf-8")
        done = kata("debug", name)
        assert done.returncode == 0, done.stderr
        run_script(tmp_path / f"debug_{kind.file_name}")

    def test_exception_of_the_solution_comes_out_of_the_script(self, kata: Run, wrong: Path) -> None:
        (wrong / "linear.py").write_text(reference().replace("d_out.sum(axis=0)", "d_out.sum(axis=7)"), encoding="utf-8")
        assert kata("debug").returncode == 0
        done = subprocess.run([sys.executable, "-B", "debug_linear.py"], cwd=wrong, capture_output=True, text=True)
        assert done.returncode == 1
        assert "AxisError" in done.stderr

    def test_check_that_hands_over_a_function_says_that_it_cannot(self, kata: Run, tmp_path: Path) -> None:
        kind = catalog.load("numerical-gradient")
        (tmp_path / kind.file_name).write_text(plant([load_bank(kind.module)[0]]), encoding="utf-8")
        done = kata("debug", "numerical-gradient")
        assert done.returncode == 2
        assert "hands a function of ours to your code, which a script cannot hold" in one_line(done.stderr)

    @pytest.mark.parametrize(
        ("wanted", "message"),
        [("forward gives", "the check 'forward gives' passes"), ("no such", "linear has no check 'no such'")],
    )
    def test_wrong_check_is_a_wrong_call(self, kata: Run, wrong: Path, wanted: str, message: str) -> None:
        done = kata("debug", "linear", wanted)
        assert done.returncode == 2
        assert message in one_line(done.stderr)


def run_script(path: Path) -> str:
    """What a script prints; it must end without an error."""
    # no .pyc: Python takes one for current whose source was changed in the same second to another of the same size
    command = [sys.executable, "-B", "-W", "ignore", path.name]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def difference(printed: str) -> float:
    return float(printed.rpartition("largest difference: ")[2])


class TestOnly:
    def test_one_check_is_run_and_nothing_is_recorded(self, kata: Run, wrong: Path) -> None:
        done = kata("check", "--only", "TestGradient::test_correct[tall-d_bias]")
        assert done.returncode == 1
        assert "✗ d_bias is correct (tall)" in done.stdout
        assert "TestGradient::test_correct[tall-d_bias]" in done.stdout
        assert rows(wrong, "SELECT count(*) FROM attempt") == [(0,)]

    def test_part_of_a_title_picks_all_that_hold_it(self, kata: Run, wrong: Path) -> None:
        done = kata("check", "linear", "--only", "d_x is")
        assert done.returncode == 0
        assert done.stdout.count("✓") == 4

    def test_json(self, kata: Run, wrong: Path) -> None:
        verdict = json.loads(kata("check", "--only", "d_bias is correct (tall)", "--json").stdout)
        assert [c["title"] for g in verdict["groups"] for c in g["checks"]] == ["d_bias is correct (tall)"]

    def test_unknown_check_is_a_wrong_call(self, kata: Run, wrong: Path) -> None:
        done = kata("check", "--only", "nonsense")
        assert (done.returncode, done.stdout) == (2, "")
        assert "linear has no check 'nonsense': `kata check linear --json` lists their names" in one_line(done.stderr)


def test_what_was_printed_during_the_failing_check_is_shown(kata: Run, wrong: Path) -> None:
    text = plant([MISTAKE]).replace(
        "        d_x = d_out", "        print('backward of', len(d_out), 'rows')\n        d_x = d_out"
    )
    (wrong / "linear.py").write_text(text, encoding="utf-8")
    shown = kata("check").stdout
    head = "Your solution printed during the first failing check:\n"
    assert head in shown
    assert set(re.findall(r"backward of \d+ rows", shown.partition(head)[2])) == {"backward of 4 rows"}
