"""Which katas there are, and what each says about itself in its `kata.toml`."""

from __future__ import annotations

import difflib
import importlib.util
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

LEARNING_ORDER = (
    "tools",
    "activations",
    "layers",
    "losses",
    "optimisers",
    "normalisation",
    "convolution",
    "networks",
    "attention",
    "decoding",
    "sequence",
    "alignment",
)
"""Topics in the order in which one learns them. A kata may have another topic: that comes after these."""

DIFFICULTIES = ("easy", "medium", "hard")
HUNT_PREFIX = "hunt_"

OTHER_NAMES = {
    "alibi": ("sinusoidal-positions", "rope"),
    "attn": ("attention", "multi-head-attention"),
    "backprop": ("computational-graph", "matmul-backward"),
    "bce": ("bce-with-logits",),
    "beamsearch": ("sampling",),
    "bn": ("batchnorm", "batchnorm1d"),
    "bpetokenizer": ("bpe",),
    "clip": ("infonce", "clip-gradients"),
    "cnn": ("conv2d", "im2col"),
    "contrastive": ("infonce",),
    "convolution": ("conv2d", "im2col"),
    "crossattention": ("multi-head-attention", "attention"),
    "dataloader": ("batches",),
    "decoder": ("transformer-block", "gpt"),
    "dense": ("linear", "affine"),
    "encoder": ("transformer-block",),
    "fc": ("linear", "affine"),
    "feedforward": ("swiglu", "transformer-block"),
    "ffn": ("swiglu", "transformer-block"),
    "fullyconnected": ("linear", "affine", "fully-connected-net"),
    "gd": ("gradient-descent",),
    "gradcheck": ("numerical-gradient",),
    "gradientcheck": ("numerical-gradient",),
    "gradientclipping": ("clip-gradients",),
    "groupedqueryattention": ("gqa",),
    "kl": ("kl-divergence",),
    "ln": ("layernorm",),
    "logisticregression": ("bce-with-logits", "sigmoid"),
    "matmul": ("matmul-backward",),
    "meansquarederror": ("mse",),
    "mlp": ("two-layer-net", "fully-connected-net"),
    "mqa": ("gqa",),
    "nll": ("cross-entropy",),
    "nucleus": ("sampling",),
    "onlinesoftmax": ("streaming-logsumexp",),
    "pooling": ("maxpool", "avgpool"),
    "positionalencoding": ("sinusoidal-positions", "rope"),
    "positions": ("sinusoidal-positions", "rope"),
    "rlhf": ("ppo", "dpo", "grpo"),
    "rotary": ("rope",),
    "rotaryembedding": ("rope",),
    "scheduler": ("lr-schedule",),
    "sdpa": ("attention",),
    "selfattention": ("attention", "multi-head-attention"),
    "silu": ("swiglu",),
    "tokenizer": ("bpe",),
    "temperature": ("sampling",),
    "topk": ("sampling",),
    "topp": ("sampling",),
    "transformer": ("transformer-block", "gpt"),
    "unfold": ("im2col",),
    "warmup": ("lr-schedule",),
}
"""What people call katas otherwise, without separators; `nearest` suggests them."""


Value = TypeVar("Value")
KINDS = {str: "a text", int: "a whole number", list: "a list", dict: "a table"}


class UnknownKata(LookupError):
    """No kata has that name; the message names the nearest ones."""


class BadMetadata(ValueError):
    """A `kata.toml` with something missing or wrong; the message says where."""


@dataclass(frozen=True)
class Hint:
    """A nudge, clearer than the ones before it for the same group of checks."""

    group: str
    text: str


@dataclass(frozen=True)
class Question:
    """Something to think about, without code: two to four choices, one of which is right; `answer` counts from 1."""

    text: str
    choices: tuple[str, ...]
    answer: int
    why: str


@dataclass(frozen=True)
class InterviewStage:
    """A part of a staged interview, on the same file as the parts before it.

    Attributes:
        title: a few words.
        task: what to do, as Markdown.
        kata: the name of the kata whose checks it must pass.
        leave_out: checks with one of these words in their name belong to a later stage.
        bugs: how many mistakes the file begins with, for a first stage that is a hunt.
        stub: what the file begins with, where that is not the stub of the first stage's kata.
        question: asked once its checks pass.
    """

    title: str
    task: str
    kata: str
    question: Question
    leave_out: tuple[str, ...] = ()
    bugs: int = 0
    stub: str = ""


@dataclass(frozen=True)
class Kata:
    """One exercise.

    Attributes:
        name: its public name, with hyphens.
        points: points of each group of checks; 100 together.
        checks: how many checks its hidden tests hold.
        needs: names of the katas to learn before it.
        folder: where its files are.
        stages: the staged interview that begins with it; most katas have none.
    """

    name: str
    title: str
    topic: str
    difficulty: str
    par_minutes: int
    tags: tuple[str, ...]
    needs: tuple[str, ...]
    points: dict[str, int]
    checks: int
    hints: tuple[Hint, ...]
    folder: Path
    stages: tuple[InterviewStage, ...] = ()

    @property
    def module(self) -> str:
        """Its name as Python and file names have it, with underscores."""
        return self.name.replace("-", "_")

    @property
    def file_name(self) -> str:
        """The solution's file in a workspace."""
        return f"{self.module}.py"

    @property
    def hunt_file_name(self) -> str:
        """The file of a bug hunt in a workspace."""
        return f"{HUNT_PREFIX}{self.file_name}"

    @property
    def test_file(self) -> Path:
        return self.folder / f"test_{self.module}.py"

    @property
    def training_file(self) -> Path:
        """The training run that the file of a hunt carries, where the common contracts know of none."""
        return self.folder / "training.py"

    @property
    def has_workload(self) -> bool:
        return (self.folder / "workload.py").exists()

    @property
    def reference_file(self) -> Path:
        return _package_folder("reference") / self.file_name

    def statement(self) -> str:
        """What to build, as Markdown, without the page's title."""
        page = (self.folder / "statement.md").read_text(encoding="utf-8")
        return page.removeprefix(f"# {self.title}\n").lstrip("\n")


def rules() -> str:
    """What holds for every kata, as Markdown."""
    return (_package_folder("katas") / "rules.md").read_text(encoding="utf-8")


def hunting() -> str:
    """How one hunts a bug, as Markdown."""
    return (_package_folder("katas") / "hunting.md").read_text(encoding="utf-8")


def all_names() -> tuple[str, ...]:
    """The public names of all katas, in alphabetical order; reads no metadata, so it is fast enough for completion."""
    folders = _package_folder("katas").iterdir()
    return tuple(sorted(f.name.replace("_", "-") for f in folders if (f / "kata.toml").exists()))


def find(name: str) -> Kata:
    """The kata of that name, written with `-` or `_`.

    Raises:
        UnknownKata: there is none; the message names the nearest.
    """
    public = name.strip().lower().replace("_", "-").removesuffix(".py")
    names = all_names()
    if public not in names:
        near = nearest(public)
        hint = f"did you mean {' or '.join(near)}?" if near else "`kata list` shows them all."
        raise UnknownKata(f"there is no kata called {name!r}: {hint}")
    return load(public)


def nearest(name: str) -> tuple[str, ...]:
    """The katas that somebody may have meant by a name that is none, the likeliest first; at most three."""
    names, wanted = all_names(), _bare(name)
    if len(wanted) < 2:
        return ()
    guesses = (
        [kata for kata in names if _bare(kata) == wanted],
        [kata for kata in OTHER_NAMES.get(wanted, ()) if kata in names],
        [kata for kata in names if "".join(word[0] for word in kata.split("-")) == wanted],
        [kata for kata in names if wanted in kata.split("-")],
        [kata for kata in names if _bare(kata).startswith(wanted)],
        [kata for kata in names if len(wanted) > 2 and wanted in _bare(kata)],
        [kata for kata in names if len(_bare(kata)) > 3 and _bare(kata) in wanted],
        difflib.get_close_matches(name.lower().replace("_", "-"), names, n=3, cutoff=0.6),
    )
    return tuple(next((guess for guess in guesses if guess), ()))[:3]


def _bare(name: str) -> str:
    """A name without its separators and in lower case, so that `Layer_Norm` and `layernorm` are one."""
    return re.sub(r"[-_\s.]", "", name.lower())


def all_katas() -> tuple[Kata, ...]:
    """Every kata, by topic and within a topic in an order to learn them in: none before those that it needs."""
    katas = {name: load(name) for name in all_names()}
    depth: dict[str, int] = {}

    def steps_before(name: str) -> int:
        if name not in depth:
            depth[name] = 0  # a cycle ends here; `kata dev check` reports it
            depth[name] = 1 + max((steps_before(need) for need in katas[name].needs if need in katas), default=-1)
        return depth[name]

    order = sorted(
        katas.values(),
        key=lambda k: (topic_rank(k.topic), steps_before(k.name), DIFFICULTIES.index(k.difficulty), k.par_minutes, k.name),
    )
    return tuple(order)


def topic_rank(topic: str) -> tuple[int, str]:
    """Where a topic stands among all of them, to sort by."""
    known = LEARNING_ORDER.index(topic) if topic in LEARNING_ORDER else len(LEARNING_ORDER)
    return known, topic


def is_topic(word: str) -> bool:
    """Whether a topic could be called that."""
    return re.fullmatch(r"[a-z]+(-[a-z]+)*", word) is not None


def all_topics() -> tuple[str, ...]:
    """The topics that the katas have, in learning order."""
    return tuple(sorted({load(name).topic for name in all_names()}, key=topic_rank))


@cache
def load(name: str) -> Kata:
    """Read the metadata of the kata with that public name.

    Raises:
        BadMetadata: a key is missing or has a value that it may not have.
    """
    folder = _package_folder("katas") / name.replace("-", "_")
    return parse(name, folder, (folder / "kata.toml").read_bytes())


def parse(name: str, folder: Path, content: bytes) -> Kata:
    """A kata, from what its `kata.toml` holds.

    Raises:
        BadMetadata: see `load`.
    """
    file = folder / "kata.toml"
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # not TOML, not text, a number that Python refuses, or nested too deep
        raise BadMetadata(f"{file}: {error}") from None

    table = _Table(file, data)
    points = table.value("points", dict)
    if not all(type(number) is int and number >= 0 for number in points.values()):
        raise BadMetadata(f"{file}: the points of each group must be a whole number, not {points!r}")
    kata = Kata(
        name=name,
        title=table.value("title", str),
        topic=table.value("topic", str),
        difficulty=table.value("difficulty", str),
        par_minutes=table.value("par_minutes", int),
        tags=table.words("tags"),
        needs=table.words("needs"),
        points=points,
        checks=table.value("checks", int),
        hints=tuple(Hint(hint.value("group", str), hint.value("text", str).strip()) for hint in table.tables("hints")),
        folder=folder,
        stages=tuple(_stage(stage) for stage in table.tables("stages", ())),
    )
    if not is_topic(kata.topic):
        raise BadMetadata(f"{file}: topic must be a lower-case word, not {kata.topic!r}")
    if kata.difficulty not in DIFFICULTIES:
        raise BadMetadata(f"{file}: difficulty must be one of {', '.join(DIFFICULTIES)}, not {kata.difficulty!r}")
    astray = [hint.group for hint in kata.hints if hint.group not in kata.points]
    if astray:
        raise BadMetadata(f"{file}: a hint helps the group {astray[0]!r}, but points go to {', '.join(kata.points)}")
    if sum(kata.points.values()) != 100:
        raise BadMetadata(f"{file}: the points add up to {sum(kata.points.values())}, not 100")
    for stage in kata.stages:
        question = stage.question
        if not (2 <= len(question.choices) <= 4 and 1 <= question.answer <= len(question.choices)):
            raise BadMetadata(
                f"{file}: the question of stage {stage.title!r} needs two to four choices and one right answer"
            )
    return kata


class _Table:
    """A table of a `kata.toml`, whose values are of the kind that they must be."""

    def __init__(self, file: Path, data: dict[str, Any]) -> None:
        self._file, self._data = file, data

    def value(self, key: str, kind: type[Value], default: Value | None = None) -> Value:
        if key not in self._data:
            if default is None:
                raise BadMetadata(f"{self._file}: {key} is missing")
            return default
        found = self._data[key]
        if type(found) is not kind:
            raise BadMetadata(f"{self._file}: {key} must be {KINDS[kind]}, not {found!r}")
        return found

    def words(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        found = self.value(key, list, None if default is None else list(default))
        if not all(type(word) is str for word in found):
            raise BadMetadata(f"{self._file}: {key} must be a list of texts, not {found!r}")
        return tuple(found)

    def table(self, key: str) -> _Table:
        return _Table(self._file, self.value(key, dict))

    def tables(self, key: str, default: Sequence[dict[str, Any]] | None = None) -> tuple[_Table, ...]:
        found = self.value(key, list, None if default is None else list(default))
        if not all(type(one) is dict for one in found):
            raise BadMetadata(f"{self._file}: {key} must be a list of tables, not {found!r}")
        return tuple(_Table(self._file, one) for one in found)


def _stage(table: _Table) -> InterviewStage:
    question = table.table("question")
    return InterviewStage(
        title=table.value("title", str),
        task=table.value("task", str).strip(),
        kata=table.value("kata", str),
        question=Question(
            question.value("text", str).strip(),
            question.words("choices"),
            question.value("answer", int),
            question.value("why", str).strip(),
        ),
        leave_out=table.words("leave_out", ()),
        bugs=table.value("bugs", int, 0),
        stub=table.value("stub", str, ""),
    )


def staged_katas() -> tuple[Kata, ...]:
    """The katas that a staged interview begins with."""
    return tuple(kata for kata in all_katas() if kata.stages)


@cache
def _package_folder(package: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise BadMetadata(f"the package {package!r} is not installed with the program")
    return Path(spec.submodule_search_locations[0])
