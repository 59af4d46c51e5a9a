"""How the code reads: what is documented, how long it is, what it never does."""

import ast
import re
from collections.abc import Iterator

import pytest

from architecture.source_code import PACKAGE, ROOT, Function, Module, called_name, function_around, modules

DOORS = {"cli.py", "site/middleware.py"}
WISHED_LINES, MOST_LINES = 50, 60
WISHED_MODULE, MOST_MODULE = 400, 450
ADDRESS = re.compile(r"https?://([\w.\[\]:{}/-]+)")
AT_HOME = ("localhost", "127.0.0.1", "{")
NAMESPACES = ("www.w3.org", "vega.github.io/schema", "json-schema.org/draft", "datapackage.org/profiles/")  # names of grammars: never fetched
HOLDS_ADDRESSES = {"reference/sources.csv": "the addresses of published sources"}
TEXT = {".py", ".html", ".css", ".js", ".svg", ".csv", ".json", ".geojson", ".md", ".txt", ".po"}
ASKS_THE_DATABASE = frozenset({"execute", "executemany", "raw", "extra", "RawSQL"})
OF_MODELS = "names of tables and columns come from the models or a manifest held to a pattern, and are quoted; values are parameters"
MAY_BUILD_SQL = {
    "apps/search/matching.py:best": "the one statement of the file, once for each kind asked for; what is looked for is in parameters",
    "apps/ground/triggers.py:install": "the two verbs stand in the line above; a trigger takes no parameter",
    **{f"site/kept_rows.py:{function}": OF_MODELS for function in ("read", "write", "empty", "_follow_on")},
    "site/migrating.py:apply_migration": "statements that Django's own editor of tables made and kept for the end",
    **dict.fromkeys(("apps/access/queries.py:recognised", "apps/picture/queries.py:node_stamp"), "Django's own statement of a query, composed once; values are parameters"),
    **{f"site/restore.py:{function}": "the name of a schema of our own, quoted by the driver" for function in ("change_schemas", "exchange_schemas")},
}


def pure() -> list[Module]:
    """The modules of core, formats and draw."""
    return [module for module in modules() if module.is_in("core", "formats", "draw")]


def test_nothing_is_imported_inside_a_function() -> None:
    hidden = [
        module.at(node)
        for module in modules()
        for function in module.functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert not hidden


def catches_everything(node: ast.ExceptHandler) -> bool:
    """Whether a handler catches any exception at all."""
    caught = [] if node.type is None else node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return node.type is None or any(isinstance(each, ast.Name) and each.id in ("Exception", "BaseException") for each in caught)


def test_only_the_two_outermost_doors_may_catch_everything() -> None:
    broad = [
        module.at(node)
        for module in modules()
        if module.name not in DOORS
        for node in module.nodes
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    ]

    assert not broad


def test_every_module_says_the_rule_it_holds() -> None:
    silent = [module.name for module in modules() if module.text.strip() and not ast.get_docstring(module.tree)]

    assert not silent


def public(node: ast.Module | ast.ClassDef, *, within: str = "") -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Public classes and functions of a module, and public methods of its public classes."""
    for child in node.body:
        if isinstance(child, Function | ast.ClassDef) and not child.name.startswith("_"):
            yield f"{within}{child.name}", child
            if isinstance(child, ast.ClassDef):
                yield from public(child, within=f"{child.name}.")


def test_every_public_name_of_core_formats_and_draw_says_what_it_gives_back() -> None:
    silent = [f"{module.at(node)} {name}" for module in pure() for name, node in public(module.tree) if not ast.get_docstring(node)]

    assert not silent, "\n".join(silent)


def lines_of(node: Function) -> int:
    """Lines of a function, its docstring left out."""
    documented = node.body[0].end_lineno if ast.get_docstring(node) else None
    start = documented - node.body[0].lineno + 1 if documented else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - start


def test_functions_are_short() -> None:
    lengths = sorted(((lines_of(function), module.at(function), function.name) for module in modules() for function in module.functions), reverse=True)
    long = [(lines, place, name) for lines, place, name in lengths if lines > WISHED_LINES]
    for lines, place, name in long:
        print(f"{lines} lines: {place} {name}")

    assert not [each for each in long if each[0] > MOST_LINES]
    assert lengths[len(lengths) // 2][0] <= 8


def test_modules_are_short() -> None:
    lengths = sorted(((len(module.text.splitlines()), module.name) for module in modules()), reverse=True)
    long = [(lines, name) for lines, name in lengths if lines > WISHED_MODULE]
    for lines, name in long:
        print(f"{lines} lines: {name}")

    assert not [each for each in long if each[0] > MOST_MODULE]


def test_no_host_but_this_machine_is_named() -> None:
    files = [path for path in sorted(PACKAGE.rglob("*")) if path.suffix in TEXT and path.relative_to(PACKAGE).as_posix() not in HOLDS_ADDRESSES]
    named = [
        f"{path.relative_to(PACKAGE)}: {found[0]}"
        for path in files
        for found in ADDRESS.finditer(path.read_text("utf-8"))
        if not found[1].startswith((*AT_HOME, *NAMESPACES))
    ]

    assert not named, "\n".join(named)


def is_written_out(argument: ast.expr, constants: set[str]) -> bool:
    """Whether a statement is a text as it stands, or one of the module's constants, or a choice between such."""
    if isinstance(argument, ast.IfExp):
        return is_written_out(argument.body, constants) and is_written_out(argument.orelse, constants)
    return isinstance(argument, ast.Constant) or (isinstance(argument, ast.Name) and argument.id in constants)


def test_no_statement_to_the_database_is_put_together_from_pieces() -> None:
    built = []
    for module in [module for module in modules() if module.is_in("apps", "site") or module.name == "cli.py"]:
        constants = {target.id for node in module.nodes if isinstance(node, ast.Assign) and is_written_out(node.value, set()) for target in node.targets if isinstance(target, ast.Name)}
        built += [
            module.at(call)
            for call in module.calls
            if called_name(call) in ASKS_THE_DATABASE and call.args and not is_written_out(call.args[0], constants)
            if f"{module.name}:{function_around(module, call)}" not in MAY_BUILD_SQL
        ]

    assert not built


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "raise NotImplementedError"])
def test_nothing_is_left_for_later(word: str) -> None:
    left = [module.name for module in modules() if re.search(rf"\b{word}\b", module.text)]

    assert not left


def test_no_file_names_a_folder_of_one_machine() -> None:
    roots = [*(ROOT / "src").rglob("*.py"), *(ROOT / "benchmarks").glob("*.py"), *(ROOT / "scripts").glob("*.py"), *(ROOT / "docs").rglob("*.md")]
    named = [str(path.relative_to(ROOT)) for path in roots if re.search(r"[\"'` (](/work|/tmp|/home|/root)/", path.read_text("utf-8"))]

    assert not named
