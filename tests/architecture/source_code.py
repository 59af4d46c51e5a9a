"""The source as trees, for tests that read it."""

import ast
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "concertation"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One module: its path inside the package, its text and its tree."""

    name: str
    text: str
    tree: ast.Module

    @property
    def stem(self) -> str:
        """The file's name without its suffix: commands, queries, pages ..."""
        return Path(self.name).stem

    def is_in(self, *folders: str) -> bool:
        """Whether the module stands in one of these folders of the package."""
        return any(self.name.startswith(f"{folder}/") for folder in folders)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every part of the tree, walked once for all who ask."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function and method, nested ones too."""
        return tuple(node for node in self.nodes if isinstance(node, Function))

    @cached_property
    def calls(self) -> tuple[ast.Call, ...]:
        """Every call."""
        return tuple(node for node in self.nodes if isinstance(node, ast.Call))

    def at(self, node: ast.AST) -> str:
        """Where something stands, as an editor opens it."""
        return f"{self.name}:{getattr(node, 'lineno', 0)}"


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the product but migrations."""
    files = [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]
    texts = [(path.relative_to(PACKAGE).as_posix(), path.read_text("utf-8")) for path in files]
    return tuple(Module(name, text, ast.parse(text)) for name, text in texts)


def called_name(call: ast.Call) -> str:
    """The last word of what is called: `Problem`, `save`, `execute`."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def function_around(module: Module, node: ast.AST) -> str:
    """The name of the innermost function a node stands in; empty at module level."""
    around = [each for each in module.functions if each.lineno <= getattr(node, "lineno", 0) <= (each.end_lineno or 0)]
    return max(around, key=lambda each: each.lineno).name if around else ""
