"""Mistakes as edits of the reference: the page is read, the edits are made, composed, and written out for hunts."""

from __future__ import annotations

import ast
import io
import tokenize

import pytest

from harness import catalog
from harness.authoring.hunts import make_hunt, plant, without_comments
from harness.judge import edits
from harness.judge.bank import TAGS, BadBank, compose, find_mistake, load_bank, names_in, parse_bank, reference_source
from harness.judge.edits import BadEdit, Replacement

SOURCE = '''\
"""A page."""

import numpy as np


class Scale:
    """Doubles."""

    def forward(self, x):
        """Return 2x."""
        self._x = x
        return 2 * x

    def backward(self, d_out):
        """Return the gradient."""
        # twice
        return 2 * d_out


def helper(a):
    """Adds one."""
    return a + 1
'''

ENTRY = """\
# Mistakes: Scale

## triple

Tags: wrong-factor

`forward` triples.

It should double. Common
where one cannot count.

```diff
-        return 2 * x
+        return 3 * x
```
"""


def edited(diff: str) -> str:
    return edits.apply(SOURCE, edits.from_diff(diff, SOURCE))


class TestDiff:
    def test_lines_are_replaced(self) -> None:
        assert "        return 3 * x\n" in edited("-        return 2 * x\n+        return 3 * x")

    def test_lines_are_inserted_after_context(self) -> None:
        assert "self._x = x\n        x *= 2\n        return" in edited("         self._x = x\n+        x *= 2")

    def test_lines_are_removed(self) -> None:
        assert "# twice" not in edited("-        # twice")

    def test_hunks_are_separated_by_a_blank_line(self) -> None:
        text = edited("-        self._x = x\n+        self._y = x\n\n-        return 2 * d_out\n+        return d_out")
        assert "self._y = x" in text
        assert "        return d_out\n" in text

    def test_two_changes_in_one_hunk_keep_the_line_between(self) -> None:
        text = edited("-        # twice\n+        # once\n         return 2 * d_out\n+        # end")
        assert text.endswith("return a + 1\n")
        assert "        # once\n        return 2 * d_out\n        # end\n" in text

    @pytest.mark.parametrize(
        ("diff", "message"),
        [
            ("-        return 4 * x\n+        pass", "exactly once, but stands there nowhere"),
            ("-import numpy as np\n-import numpy as np", "stand there nowhere"),
            ("+        pass", "needs a line of the reference"),
            ("         self._x = x", "changes nothing"),
            ("return 2 * x", "must begin with"),
            ("", "holds no hunk"),
            ("-        return 2 * d_out\n\n-        return 2 * x", "put the hunks in order"),
        ],
    )
    def test_bad_hunks_are_refused(self, diff: str, message: str) -> None:
        with pytest.raises(BadEdit, match=message):
            edits.from_diff(diff, SOURCE)

    def test_lines_that_stand_twice_are_refused(self) -> None:
        with pytest.raises(BadEdit, match="2 times"):
            edits.from_diff("-a\n+b", "a\nc\na\n")


class TestDefinitions:
    def apply(self, fence: str) -> str:
        return edits.apply(SOURCE, edits.from_definitions(fence, SOURCE))

    def test_method_is_replaced_and_keeps_its_docstring(self) -> None:
        text = self.apply("class Scale:\n    def forward(self, x):\n        return x")
        assert '    def forward(self, x):\n        """Return 2x."""\n        return x\n\n    def backward' in text

    def test_method_is_added_at_the_end_of_the_class(self) -> None:
        text = self.apply("class Scale:\n    def extra(self):\n        return 1")
        assert "        return 2 * d_out\n\n    def extra(self):\n        return 1\n\n\ndef helper" in text

    def test_function_is_replaced(self) -> None:
        assert '"""Adds one."""\n    return a\n' in self.apply("def helper(a):\n    return a")

    def test_function_is_added_before_the_first_definition(self) -> None:
        assert "import numpy as np\n\n\ndef new():\n    return 0\n\n\nclass Scale" in self.apply("def new():\n    return 0")

    @pytest.mark.parametrize(
        ("fence", "message"),
        [("x = 1", "functions and classes only"), ("def (", "not Python"), ("class Scale:\n    y = 1", "methods only")],
    )
    def test_anything_else_is_refused(self, fence: str, message: str) -> None:
        with pytest.raises(BadEdit, match=message):
            edits.from_definitions(fence, SOURCE)


class TestComposition:
    def test_edits_of_one_line_or_gap_do_not_compose(self) -> None:
        one = Replacement(3, 5, ())
        assert not one.touches(Replacement(5, 6, ("a",)))
        for other in (Replacement(4, 6, ("a",)), Replacement(4, 4, ("a",)), one):
            assert one.touches(other)
            assert other.touches(one)
        gap = Replacement(5, 5, ("a",))
        assert gap.touches(gap)
        assert not one.touches(gap)

    def test_two_mistakes_in_one_file_are_both_made(self) -> None:
        pair = (find_mistake("linear", "missing-bias"), find_mistake("linear", "xavier-initialisation"))
        text = compose(pair)
        assert all(line in text for mistake in pair for r in mistake.replacements for line in r.lines)

    def test_replacements_keep_their_places_whatever_their_lengths(self) -> None:
        text = edits.apply("a\nb\nc\n", [Replacement(0, 1, ("x", "y")), Replacement(2, 3, ())])
        assert text == "x\ny\nb\n"

    def test_line_is_inserted_before_one_that_is_replaced(self) -> None:
        changes = [Replacement(1, 2, ("B",)), Replacement(1, 1, ("new",))]
        assert edits.apply("a\nb\nc\n", changes) == edits.apply("a\nb\nc\n", changes[::-1]) == "a\nnew\nB\nc\n"


class TestPage:
    def parse(self, text: str) -> object:
        return parse_bank(text, "scale", SOURCE)

    def test_entry(self) -> None:
        (mistake,) = parse_bank(ENTRY, "scale", SOURCE)
        assert (mistake.name, mistake.tags, mistake.line) == ("triple", ("wrong-factor",), 3)
        assert mistake.headline == "`forward` triples."
        assert mistake.reason == "It should double. Common where one cannot count."
        assert names_in(edits.apply(SOURCE, mistake.edit()), "x")["Scale"]().forward(1) == 3

    def test_constant_takes_each_of_its_values(self) -> None:
        text = ENTRY.replace("Tags: wrong-factor\n", "Tags: wrong-factor\nTry: FACTOR = 3, 5\n").replace(
            "3 * x", "FACTOR * x"
        )
        (mistake,) = parse_bank(text, "scale", SOURCE)
        assert mistake.values == ("3", "5")
        assert [names_in(edits.apply(SOURCE, mistake.edit(v)), "x")["Scale"]().forward(1) for v in (None, "5")] == [3, 5]

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("return 2 * x", "return 2*x", r"scale: mistake triple, line 13 of mistakes.md: `return 2\*x` must stand"),
            ("wrong-factor", "wrong", "line 5 .*no tag 'wrong'"),
            ("Tags: wrong-factor\n", "", "has no tag"),
            ("`forward` triples.\n\nIt should double. Common\nwhere one cannot count.\n", "", "has no explanation"),
            ("## triple", "## TripleIt", "lower-case words"),
            ("```diff", "```js", "```diff or ```python"),
            ("+        return 3 * x\n```", "+        return 3 * x", "not closed"),
            ("Tags: wrong-factor", "Tags: wrong-factor\nTry: three", "NAME = value"),
        ],
    )
    def test_what_is_wrong_is_told_with_kata_mistake_and_line(self, old: str, new: str, message: str) -> None:
        assert old in ENTRY
        with pytest.raises(BadBank, match=message):
            self.parse(ENTRY.replace(old, new))

    def test_two_of_one_name_are_refused(self) -> None:
        with pytest.raises(BadBank, match="two mistakes triple"):
            self.parse(ENTRY + ENTRY)


@pytest.mark.parametrize("name", catalog.all_names())
class TestBanks:
    def test_bank_is_a_page_of_twelve_or_more_with_words_that_a_learner_can_read(self, name: str) -> None:
        module = catalog.load(name).module
        bank = load_bank(module)
        assert len(bank) >= 12
        assert all(set(mistake.tags) <= set(TAGS) for mistake in bank)
        for mistake in bank:
            prose = "".join(mistake.explanation.split("`")[::2])
            assert "**" not in prose, mistake.name
            assert mistake.reason, mistake.name

    def test_hunt_keeps_docstrings_and_form_and_has_no_comment(self, name: str) -> None:
        kata = catalog.load(name)
        reference = reference_source(kata.module)
        longest = max(map(len, reference.splitlines()))
        for mistake in load_bank(kata.module):
            text = plant([mistake])
            assert not [t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT]
            assert max(map(len, text.splitlines())) <= longest + 20, mistake.name
            assert mistake.headline not in text
            assert set(docstrings(reference)) <= set(docstrings(text)), mistake.name


def test_few_mistakes_need_whole_definitions() -> None:
    pages = [(catalog.load(name).folder / "mistakes.md").read_text(encoding="utf-8") for name in catalog.all_names()]
    fences = sum(page.count("\n```python\n") for page in pages)
    assert fences <= 0.05 * sum(page.count("\n## ") for page in pages)


def docstrings(source: str) -> list[str]:
    """The docstrings of all public classes and functions."""
    tree = ast.walk(ast.parse(source))
    nodes = [n for n in tree if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_")]
    return [text for node in nodes if (text := ast.get_docstring(node))]


class TestHunt:
    def test_head_says_how_many_mistakes_there_are_and_how_to_judge(self) -> None:
        kata = catalog.load("linear")
        bank = load_bank("linear")
        assert make_hunt(kata, bank[:1]).startswith("# Bug hunt: one mistake is planted in this file. Find it and fix it.")
        pair = next([a, b] for a in bank for b in bank if a is not b and a.composes_with(b))
        head = make_hunt(kata, pair)
        assert "2 mistakes are planted in this file. Find them and fix them." in head
        assert "kata check hunt_linear.py" in head

    def test_comments_go_and_every_other_line_keeps_its_form(self) -> None:
        source = "# head\nx = 1  # one\n\n    # inside\ny = '# no comment'\n"
        assert without_comments(source.replace("    # inside\n", "# inside\n")) == "x = 1\n\ny = '# no comment'\n"
