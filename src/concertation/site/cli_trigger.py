"""`./run trigger …`: anticipatory frameworks at the terminal: what they would have done, what is wrong with a file, what is due today."""

from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone
from numpy.random import default_rng
from rich.table import Table

from concertation.core.anticipation.backtest import back_test, declared, rounded, told
from concertation.core.anticipation.calibration.honesty import Calibrated
from concertation.core.anticipation.calibration.honesty import calibrate as calibrated
from concertation.core.anticipation.calibration.search import Rules
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.readings import Readings
from concertation.core.anticipation.wording import framework_in_words
from concertation.core.problems import Problem
from concertation.formats.calibration_series import read_calibration
from concertation.formats.framework_file import ReadFramework, read_framework, schema, shipped
from concertation.formats.indicator_series import read_series
from concertation.formats.problem_texts import in_words
from concertation.site import node, watching
from concertation.site.terminal import AsJson, answer, refuse, screen

trigger_app = typer.Typer(help="Action anticipée / anticipatory action.", no_args_is_help=True)
Named = Annotated[str, typer.Argument(metavar="FRAMEWORK", help="Mot du cadre, ou son fichier YAML / word of the framework, or its YAML file.")]


def framework_named(word: str) -> ReadFramework:
    """The framework of the reference set under a word, else the one of a file; exit 2 where there is neither."""
    held = shipped()
    if word in held:
        return held[word].read
    if Path(word).is_file():
        return read_framework(Path(word).read_bytes())
    raise refuse(f"Cadre inconnu : {word}. Connus : {', '.join(held)}.", f"Unknown framework: {word}. Known: {', '.join(held)}.", code=2)


def sound(read: ReadFramework) -> Framework:
    """The framework of a file that may be used; exit 1 with its problems otherwise."""
    if read.framework is None or not read.is_sound:
        show_problems(read.problems)
        raise typer.Exit(1)
    return read.framework


def show_problems(problems: tuple[Problem, ...]) -> None:
    """Problems on the error stream, in both languages, each with its place."""
    for problem in problems:
        words = in_words(problem)
        place = " ".join(part for part in (f"l. {problem.cell.row}" if problem.cell.row else "", problem.cell.column or "") if part)
        screen.print(f"  {problem.code}  {place}\n    {words.message_fr}\n    {words.message_en}", markup=False)


@trigger_app.command()
def backtest(
    framework: Named,
    data: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Séries de l'indicateur, en CSV ou XLSX / series of the indicator.")] = None,
    as_json: AsJson = False,
) -> None:
    """Rejoue un cadre sur le passé / replay a framework over the past."""
    read = framework_named(framework)
    held = sound(read)
    if data is None:
        result = declared(held)
        if result is None:
            raise refuse("Rien n'est publié de ce passé : donnez une série avec --data.", "Nothing is published of this past: give a series with --data.", code=2)
    else:
        series = read_series(data, held)
        show_problems(series.problems)
        if not series.readings:
            raise typer.Exit(1)
        result = back_test(held, Readings.of(series.readings))
    content = told(held, result, read.sha256)
    if as_json:
        answer(content)
    else:
        show(held, content)
    if result.expectations.missed:
        raise typer.Exit(1)


def show(framework: Framework, content: dict[str, Any]) -> None:
    """The result in words: the rule of each window, the years it fires, how often."""
    rules = {language: dict(zip(framework.windows, framework_in_words(framework, language), strict=True)) for language in ("fr", "en")}
    table = Table("", "Années / years", "Retour / return", title=f"{content['framework']} {content['version']}, {content['years'][0]}-{content['years'][1]}")
    for name, window in content["windows"].items():
        screen.print(f"  {name}: {rules['fr'][name][1]}\n      {rules['en'][name][1]}", markup=False)
        table.add_row(name, ", ".join(map(str, window["fired"])), period_told(window["return_period"]))
    overall = content["overall"]
    table.add_row("", ", ".join(map(str, overall["fired"])), period_told(overall["return_period"]))
    screen.print(table)


def period_told(period: float | None) -> str:
    """A return period to two decimals; a dash where nothing fired."""
    return f"{period:.2f}" if period else "–"


@trigger_app.command()
def check(file: Named, as_json: AsJson = False) -> None:
    """Vérifie le fichier d'un cadre / check the file of a framework."""
    read = framework_named(file)
    if as_json:
        answer({"sound": read.is_sound, "sha256": read.sha256, "problems": [problem_told(problem) for problem in read.problems]})
    else:
        show_problems(read.problems)
        screen.print(f"  {read.sha256}", markup=False)
    if not read.is_sound:
        raise typer.Exit(1)


def problem_told(problem: Problem) -> dict[str, Any]:
    """A problem as the answer carries it."""
    words = in_words(problem)
    return {
        "code": problem.code, "line": problem.cell.row, "where": problem.cell.column, "value": problem.value, "severity": words.severity,
        "message_fr": words.message_fr, "message_en": words.message_en,
    }  # fmt: skip


@trigger_app.command(name="schema")
def write_schema() -> None:
    """Écrit le schéma JSON des cadres / write the JSON Schema of frameworks."""
    answer(schema())


@trigger_app.command()
def watch(
    framework: Annotated[str, typer.Option("--framework", help="Un seul cadre / one framework only.")] = "",
    as_json: AsJson = False,
) -> None:
    """Juge tous les cadres sur ce qui est connu / judge every framework on what is known."""
    node.make_ready()
    content = watching.watch(timezone.now(), only=framework)
    if as_json:
        answer(content)
    else:
        for line in content["frameworks"]:
            screen.print(f"  {line['framework']}  {line['season']}  {line['standing']}  " + ", ".join(line["fired_now"]), markup=False)


@trigger_app.command()
def calibrate(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Séries : unit, year, first, second, bad / series.")],
    hit_rate: Annotated[float, typer.Option(min=0.0, max=1.0, help="Part des mauvaises années à voir / share of bad years to meet.")] = 0.5,
    success_rate: Annotated[float, typer.Option(min=0.0, max=1.0, help="Part d'activations justes / share of activations that are right.")] = 0.65,
    return_period: Annotated[float, typer.Option(min=1.0, help="Années entre deux activations / years between two activations.")] = 4.0,
    seed: Annotated[int, typer.Option(help="Graine du hasard / seed of chance.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Cherche les seuils, et dit ce que le bruit aurait trouvé / search thresholds, and say what noise would have found."""
    read = read_calibration(file)
    show_problems(read.problems)
    if not read.units:
        raise typer.Exit(1)
    found = calibrated(read.first, read.second, read.bad, Rules(hit_rate, success_rate, return_period), default_rng(seed))
    lines = [calibration_told(unit, each) for unit, each in zip(read.units, found, strict=True)]
    if as_json:
        answer({"years": [read.years[0], read.years[-1]], "searched": len(read.units), "seed": seed, "series": lines})
        return
    for line in lines:
        screen.print(f"  {line['unit']}: {line['words_fr']} / {line['words_en']}", markup=False)


def calibration_told(unit: str, each: Calibrated | None) -> dict[str, Any]:
    """A calibrated series as the answer carries it, with its verdict in words."""
    if each is None:
        return {"unit": unit, "thresholds": None, "words_fr": "aucune paire ne tient les règles", "words_en": "no pair keeps the rules"}
    could = each.could_be_noise
    return {
        "unit": unit, "thresholds": [each.choice.first / 100, each.choice.second / 100], "steps_to_edge": each.choice.steps_to_edge,
        "hit_rate": rounded(each.told.hit_rate), "false_alarm_ratio": rounded(each.told.false_alarm_ratio), "return_period": rounded(each.return_period),
        "left_out_hit_rate": rounded(each.left_out.hit_rate), "left_out_false_alarm_ratio": rounded(each.left_out.false_alarm_ratio),
        "hit_rate_interval": each.hit_interval, "false_alarm_interval": each.vain_interval, "p_value": rounded(each.chance), "could_be_noise": could,
        "words_fr": "le bruit aurait pu le trouver\u202f: à ne pas employer seul" if could else "le bruit ne l'aurait guère trouvé",
        "words_en": "noise could have found it: not to be used alone" if could else "noise would hardly have found it",
    }  # fmt: skip
