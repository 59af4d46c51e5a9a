"""Who may write, who may read, who may import whom: rules of the architecture, held on the source itself."""

import ast
import re
from collections.abc import Iterator

from django.apps import apps

from architecture.source_code import Module, called_name, function_around, modules
from concertation.apps.ground.models import GuardedModel

WRITING = frozenset({"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "create_user", "delete"})
MAY_WRITE = {
    "apps/access/models.py:create_user": "the account manager Django's authentication asks for; only commands call it",
}
READS_AND_WRITES = re.compile(r"models|commands|queries|\w*reading")  # a long queries.py is split by what it reads: sector_reading.py
MAY_TOUCH_MODELS = {
    "apps/ground/chain.py": "seals a line of the journal: it is the model's own rule, beside the model",
}
READS_UNSEEN = {
    "sharing/chain_to_follow": "the last number and hash alone, so that a number is never given twice; no row, no note",
    "sharing/received": "the hashes of the chain alone, so that a number is never given or taken twice; no row, no note",
    "sources/run_at_work": "the worker goes on with what a person asked for; the page checked the mandate",
    "sources/is_of_a_file": "whether a source is a file or a publication; the source itself was found through what may be seen",
    "response/runs_waiting": "an answer reaches every row like it; the mandate to answer was checked on the doubt itself",
    "response/runs_with_alerts": "an answer taken back reaches every row like it; the mandate was checked on the doubt itself",
    "response/rows_waiting": "rows of an import that an answer of its State's data manager moves",
    "response/places_written": "rows of an import that an answer of its State's data manager moves",
    "response/alerts_to_compare": "the rows of an import that a corrected file of the same State and holder is compared with; the mandate to bring it in was checked",
    "presence/declared_by": "a condition on rows that are read through what may be seen; no name of an organisation is given",
    "presence/runs_waiting": "an answer reaches every row like it; the mandate to answer was checked on the doubt itself",
    "presence/runs_with_activities": "an answer taken back reaches every row like it; the mandate was checked on the doubt itself",
    "presence/rows_waiting": "rows of an import that an answer of its State's data manager moves",
    "presence/places_written": "rows of an import that an answer of its State's data manager moves",
    "sources/replaceable": "what a file under review may correct, of its own State and holder; its page shows those the reader may see",
    "presence/rows_to_compare": "the rows of an import that a corrected file of the same State and holder is compared with; the mandate to bring it in was checked",
    "needs/figures_to_compare": "the figures of an import that a corrected file of the same State and holder is compared with; the mandate to bring it in was checked",
    "funding/plan_rows_to_compare": "the plan rows of an import that a corrected file of the same State and holder is compared with; the mandate to bring it in was checked",
    "sources/run_under_way": "the same file twice changes nothing, whoever brings it: only whether it is there is told",
    "sources/counts_elsewhere": "the same file twice changes nothing: a yes or no about bytes the caller already holds",
    "sources/unfinished": "whether an import still needs the bytes: a yes or no to the data manager of its own State, or to the round of the day",
    "sources/answered_like": "an answer is taken back on every row like it; the mandate was checked on the doubt itself",
    "sources/calendar_within": "the days of a State's calendar and whether they are frozen; an import has to know where it counts",
    "sources/rows_declared": "counted into totals; names leave `followed` only where the reader may see punctuality",
    "sources/named_by_hand": "counted into totals; names leave `followed` only where the reader may see punctuality",
    "sources/tallies": "totals alone, kept with the periods; no organisation is named",
    "presence/rows_by_organisation": "an import's own rows, counted for the calendar by the act that stores it",
    "sources/organisations_called": "names of organisations whose punctuality the reader may see, which `followed` has settled",
    "sources/excuses_of": "what was said of organisations whose punctuality the reader may see, which `followed` has settled",
    "sources/doubts_like": "an answer is applied to every row like it; the mandate to answer was checked on the doubt itself",
    "response/alerts_that_count": "what can be found is made of every row; each entry is guarded as its row is, and read through visible_to",
    "lessons/lesson_stamps": "what can be found is made of every row; each entry is guarded as its row is, and read through visible_to",
    "lessons/lessons_as_things": "what can be found is made of every row; each entry is guarded as its row is, and read through visible_to",
    "organisations/all_organisations": "what can be found is made of every row; each entry is guarded as its row is, and read through visible_to",
    "presence/rows_that_count": "what can be found is made of every row; each entry is guarded as its row is, and read through visible_to",
    "sources/runs_by_source": "what can be found is made of every row; each entry is guarded as its row is, and read through visible_to",
    "sources/sources": "names of sources: hides those that rest on imports the reader may not see",
}
MAY_FOLLOW = {
    "apps/sources/commands.py": "an import's own rows, replaced by the act that understands the file",
    "apps/sources/doubts/commands.py": "an import's own doubts, replaced by the act that understands the file",
}


def written_by(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Calls that write rows: the name and the call. A queryset's `update` takes keywords alone, a dictionary's hardly ever."""
    for call in module.calls:
        name = called_name(call)
        if not isinstance(call.func, ast.Attribute):
            continue
        if name in WRITING or (name == "update" and call.keywords and not call.args):
            yield name, call


def test_only_commands_write_to_the_database() -> None:
    shell = [module for module in modules() if module.is_in("apps", "site") or module.name == "cli.py"]
    writes = [
        f"{module.at(call)} .{name}()"
        for module in shell
        if module.stem != "commands"
        for name, call in written_by(module)
        if f"{module.name}:{function_around(module, call)}" not in MAY_WRITE
    ]

    assert not writes, "written outside commands.py:\n" + "\n".join(writes)


def models_imported(module: Module) -> set[str]:
    """Names of models a module imports; words in capitals are vocabularies, not tables."""
    return {
        alias.asname or alias.name
        for node in module.nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("concertation.apps.") and (node.module or "").endswith(".models")
        for alias in node.names
        if not alias.name.isupper()
    }


def annotations(tree: ast.Module) -> Iterator[ast.expr]:
    """Every annotation of a module, and every type alias written with a capital letter (`Applier = Callable[[Doubt], int]`)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            yield node.annotation
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
            yield node.returns
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript) and isinstance(node.targets[0], ast.Name):
            yield node.value


def models_touched(module: Module) -> Iterator[ast.Name]:
    """Uses of imported models that are not types in annotations."""
    imported = models_imported(module)
    as_types = {id(inner) for annotation in annotations(module.tree) for inner in ast.walk(annotation)}
    for node in module.nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in imported and id(node) not in as_types:
            yield node


def test_pages_jobs_imports_and_exports_reach_models_through_commands_and_queries() -> None:
    thin = [module for module in modules() if (module.is_in("apps") and not READS_AND_WRITES.fullmatch(module.stem)) or module.is_in("site") or module.name == "cli.py"]
    touches = [f"{module.at(node)} {node.id}" for module in thin if module.name not in MAY_TOUCH_MODELS for node in models_touched(module)]

    assert not touches, "models used where commands or queries should be:\n" + "\n".join(touches)


def guarded() -> set[str]:
    """The models whose rows have two masters."""
    return {model.__name__ for model in apps.get_models() if issubclass(model, GuardedModel)}


def test_there_are_guarded_models_to_watch_over() -> None:
    assert {"Activity", "Figure", "ImportRun", "Doubt"} <= guarded()


def manager_reads(module: Module, names: set[str]) -> Iterator[tuple[ast.Attribute, str]]:
    """Each `Model.objects.<next>` on one of these models, with the word that follows."""
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr in ("objects", "_default_manager"):
            owner = node.value.value
            if isinstance(owner, ast.Name) and owner.id in names:
                yield node, node.attr


def test_every_read_of_a_guarded_model_begins_with_visible_to() -> None:
    readers = [module for module in modules() if module.is_in("apps", "site") and module.stem != "commands"]
    open_reads = [
        f"{module.at(node)} in {function_around(module, node)}: .objects.{word}"
        for module in readers
        for node, word in manager_reads(module, guarded())
        if word != "visible_to" and f"{module.name.split('/')[1]}/{function_around(module, node)}" not in READS_UNSEEN
    ]

    assert not open_reads, "guarded rows read by anyone:\n" + "\n".join(open_reads)


def test_a_function_that_asks_what_is_visible_is_told_for_whom() -> None:
    queries = [module for module in modules() if module.is_in("apps") and module.stem == "queries"]
    nameless = [
        f"{module.at(function)} {function.name}"
        for module in queries
        for function in module.functions
        if any(called_name(call) in ("visible_to", "visible_rows") for call in ast.walk(function) if isinstance(call, ast.Call))
        and "mandates" not in {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
    ]

    assert not nameless, "\n".join(nameless)


def roads_to_guarded_rows() -> set[str]:
    """The names under which other rows lead to guarded rows (`source.runs`, `run.doubts`)."""
    return {
        str(relation.get_accessor_name())
        for model in apps.get_models()
        for relation in model._meta.related_objects
        if issubclass(relation.related_model, GuardedModel)
    }


def test_no_relation_leads_around_visible_to() -> None:
    roads, reading = roads_to_guarded_rows(), {"all", "filter", "exclude", "exists", "count", "first", "values", "values_list", "order_by", "iterator"}
    shell = [module for module in modules() if module.is_in("apps", "site") and module.name not in MAY_FOLLOW]
    around = [
        f"{module.at(node)} .{node.value.attr}.{node.attr}"
        for module in shell
        for node in module.nodes
        if isinstance(node, ast.Attribute) and node.attr in reading and isinstance(node.value, ast.Attribute) and node.value.attr in roads
    ]

    assert not around, "guarded rows reached through a relation:\n" + "\n".join(around)


def test_every_exception_of_these_rules_is_still_needed() -> None:
    functions = {f"{module.name.split('/')[1]}/{function.name}" for module in modules() if module.is_in("apps") for function in module.functions}
    names = {module.name for module in modules()}

    assert set(READS_UNSEEN) <= functions
    assert {*MAY_TOUCH_MODELS, *MAY_FOLLOW, *(where.partition(":")[0] for where in MAY_WRITE)} <= names
