"""Mutation testing: changes one thing in a reference at a time, and counts how many of the changes the hidden tests notice.

    python benchmarks/mutation.py [NAME ...] [--survivors] [--seeds 2]

A mutant is the reference with one node of its syntax tree changed: an operator, a comparison, a constant, an axis, a
dropped term, argument or statement, a function exchanged for its neighbour. It is killed when at least one hidden check
fails with some seed. Mutants that compute the same as the reference on every input that the contract allows cannot be
killed; they are listed, each with its reason, in `equivalent_mutants.toml`, and do not count. Messages of errors and
docstrings are left alone.
"""

from __future__ import annotations

import argparse
import ast
import copy
import resource
import signal
import sys
import tomllib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType

from harness import catalog
from harness.authoring.soundness import first_failure
from harness.catalog import Kata
from harness.judge.bank import public_names
from harness.judge.collect import collect_checks
from harness.judge.replay import Check

MUTANT_SECONDS = 10.0
ADDRESS_SPACE_BYTES = 6 * 2**30
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")

OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (),
}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
NEIGHBOURS = {
    "maximum": "minimum",
    "minimum": "maximum",
    "max": "min",
    "min": "max",
    "sum": "mean",
    "mean": "sum",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "exp": "log",
    "log": "exp",
    "log1p": "log",
    "expm1": "exp",
    "sqrt": "square",
    "tanh": "sinh",
    "argmax": "argmin",
    "var": "std",
    "T": "real",
}


@dataclass(frozen=True)
class Mutant:
    """One changed reference. `label` names the change by the text before and after, whatever the line number."""

    kata: str
    line: int
    label: str
    tree: ast.Module


def mutants(kata: Kata) -> Iterator[Mutant]:
    """Every mutant of a kata's reference, one change each."""
    source = kata.reference_file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    for index, node in enumerate(ast.walk(tree)):
        node_index = index
        for variant, changed in enumerate(_changes(node)):
            mutated = copy.deepcopy(tree)
            target = next(n for i, n in enumerate(ast.walk(mutated)) if i == node_index)
            before = ast.unparse(_statement(mutated, target))
            _apply(mutated, target, copy.deepcopy(changed))
            ast.fix_missing_locations(mutated)
            after = _after(mutated, target, changed)
            line = getattr(node, "lineno", 0)
            label = f"{_one_line(before)}  ->  {_one_line(after)}"
            if _is_counted(tree, node):
                yield Mutant(kata.name, line, f"{label}" + (f"  [{variant}]" if before == after else ""), mutated)


def _changes(node: ast.AST) -> list[ast.AST | None]:
    """What a node may become; None means that the statement is dropped."""
    changes: list[ast.AST | None] = []
    if isinstance(node, ast.BinOp):
        changes += [ast.BinOp(node.left, kind(), node.right) for kind in OPERATORS.get(type(node.op), ())]
        if not isinstance(node.op, ast.MatMult | ast.Mod):
            changes.append(node.left)
        if isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
            changes.append(node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        changes.append(node.operand)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        changes += [ast.Compare(node.left, [kind()], node.comparators) for kind in COMPARISONS[type(node.ops[0])]]
    elif isinstance(node, ast.BoolOp):
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        changes += [ast.BoolOp(other, node.values), *node.values]
    elif isinstance(node, ast.Constant):
        changes += _constants(node.value)
    elif isinstance(node, ast.Attribute) and node.attr in NEIGHBOURS:
        changes.append(ast.Attribute(node.value, NEIGHBOURS[node.attr], node.ctx))
    elif isinstance(node, ast.Call):
        changes += [
            ast.Call(node.func, node.args, [k for k in node.keywords if k is not dropped]) for dropped in node.keywords
        ]
    elif isinstance(node, ast.Slice) and node.step is not None:
        changes.append(ast.Slice(node.lower, node.upper, None))
    elif isinstance(node, ast.IfExp):
        changes += [node.body, node.orelse]
    elif isinstance(node, ast.AugAssign):
        changes.append(None)
        changes.append(ast.Assign([node.target], node.value))
        changes += [ast.AugAssign(node.target, kind(), node.value) for kind in OPERATORS.get(type(node.op), ())]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        changes.append(None)
    elif isinstance(node, ast.If):
        changes += [ast.If(ast.Constant(value), node.body, node.orelse) for value in (True, False)]
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
        first, second, *rest = node.value.elts
        changes.append(ast.Return(ast.Tuple([second, first, *rest], ast.Load())))
    return changes


def _constants(value: object) -> list[ast.AST | None]:
    if value is True or value is False:
        return [ast.Constant(not value)]
    if isinstance(value, int):
        return [ast.Constant(value + 1), ast.Constant(value - 1)]
    if isinstance(value, float):
        return [ast.Constant(2 * value if value else 1.0), ast.Constant(value / 2 if value else -1.0)]
    return []


def _apply(tree: ast.Module, target: ast.AST, changed: ast.AST | None) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, changed)
                return
            if isinstance(value, list) and any(item is target for item in value):
                at = next(i for i, item in enumerate(value) if item is target)
                value[at] = ast.Pass() if changed is None else changed
                return


def _statement(tree: ast.Module, target: ast.AST) -> ast.stmt:
    """The innermost statement that holds a node."""
    return [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and any(m is target for m in ast.walk(n))][-1]


def _after(tree: ast.Module, target: ast.AST, changed: ast.AST | None) -> str:
    if changed is None:
        return "(dropped)"
    line = getattr(target, "lineno", 0)
    statements = [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and n.lineno <= line <= (n.end_lineno or n.lineno)]
    return ast.unparse(statements[-1])


def _one_line(text: str) -> str:
    return text.splitlines()[0].strip()


def _is_counted(tree: ast.Module, node: ast.AST) -> bool:
    """Leave out docstrings, annotations, and everything inside a raise: no behaviour that a check could see."""
    for holder in ast.walk(tree):
        if isinstance(holder, ast.Raise) and any(inner is node for inner in ast.walk(holder)):
            return False
        annotations = [getattr(holder, "annotation", None), getattr(holder, "returns", None)]
        if any(a is not None and any(inner is node for inner in ast.walk(a)) for a in annotations):
            return False
    return not (isinstance(node, ast.Constant) and isinstance(node.value, str))


class _TooLong(BaseException):
    """A mutant that loops: it counts as killed, since a check's time limit would end it."""


def _on_alarm(number: int, frame: FrameType | None) -> None:
    raise _TooLong


def is_killed(mutant: Mutant, kata: Kata, checks: tuple[Check, ...], seeds: range) -> bool:
    """Whether some check fails for the mutant with some seed."""
    module = ModuleType(f"mutant_of_{kata.module}")
    sys.modules[module.__name__] = module
    signal.setitimer(signal.ITIMER_REAL, MUTANT_SECONDS)
    try:
        exec(compile(mutant.tree, kata.file_name, "exec"), vars(module))
        names = public_names(module)
        return any(first_failure(checks, names, seed) is not None for seed in seeds)
    except (_TooLong, Exception):
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="katas, by default all")
    parser.add_argument("--survivors", action="store_true", help="list the mutants that no check kills")
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    signal.signal(signal.SIGALRM, _on_alarm)
    known = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")) if EQUIVALENT.exists() else {}
    total_killed = total_counted = 0
    print(f"{'kata':<24}{'mutants':>9}{'equivalent':>12}{'killed':>8}{'share':>8}")
    for kata in [catalog.find(name) for name in arguments.names] or catalog.all_katas():
        checks = collect_checks(kata)
        equivalent = known.get(kata.name, {})
        every = list(mutants(kata))
        survivors = [
            m for m in every if m.label not in equivalent and not is_killed(m, kata, checks, range(arguments.seeds))
        ]
        counted = sum(mutant.label not in equivalent for mutant in every)
        killed = counted - len(survivors)
        total_killed, total_counted = total_killed + killed, total_counted + counted
        print(
            f"{kata.name:<24}{len(every):>9}{len(every) - counted:>12}{killed:>8}{killed / max(counted, 1):>8.1%}",
            flush=True,
        )
        if arguments.survivors:
            for mutant in survivors:
                print(f"    line {mutant.line}: {mutant.label}")
    print(f"{'all':<24}{total_counted:>21}{total_killed:>8}{total_killed / max(total_counted, 1):>8.1%}")


if __name__ == "__main__":
    main()
