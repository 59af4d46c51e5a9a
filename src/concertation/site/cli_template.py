"""`./run template`: the workbook that a State sends to those who declare, written to a file."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from django.utils import timezone, translation

from concertation.apps.organisations.queries import organisation as organisation_called
from concertation.apps.places.queries import division_on, states_with_units
from concertation.apps.presence.blank_template import Wanted, sectors_within, template_of
from concertation.core.named_periods import stated_period
from concertation.draw.template import to_template
from concertation.site import node
from concertation.site.importing import Misused
from concertation.site.terminal import AsJson, answer, refuse, screen


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(template)


def template(
    state: Annotated[str, typer.Option(help="État / State: BFA, MLI, NER, TGO.")] = "",
    sector: Annotated[str, typer.Option(help="Code du secteur ; tous sinon / sector code; all otherwise.")] = "",
    organisation: Annotated[str, typer.Option(help="Organisation (mot du registre) / organisation (word of the register).")] = "",
    period: Annotated[str, typer.Option(help="Mois ou période : 2026-02 ou 2026-01/2026-02 / month or period.")] = "",
    lang: Annotated[str, typer.Option(help="fr ou en / fr or en.")] = "fr",
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="Fichier .xlsx à écrire / file to write.")] = Path("5w.xlsx"),
    as_json: AsJson = False,
) -> None:
    """Écrit le classeur à remplir d'un État / write the workbook to fill in of a State."""
    node.make_ready()
    wanted = wanted_of(state=state, sector=sector, organisation=organisation, period=period, lang=lang, out=out)
    if isinstance(wanted, Misused):
        raise refuse(wanted.fr, wanted.en, code=2)
    words: Literal["fr", "en"] = "en" if lang == "en" else "fr"
    with translation.override(words):
        made = template_of(node.OPERATOR, wanted)
        content = to_template(made, language=words, on=timezone.localdate())
    out.write_bytes(content)
    told = {"file": str(out), "bytes": len(content), "state": wanted.state.pk, "division": wanted.division.pk, "places": len(made.places), "organisations": len(made.choices["organisations"])}
    if as_json:
        answer(told)
    else:
        screen.print(f"  {out}  ·  {told['division']}  ·  {told['places']} lieux / places")


def wanted_of(*, state: str, sector: str, organisation: str, period: str, lang: str, out: Path) -> Wanted | Misused:
    """Check the words of the command."""
    held = {each.pk: each for each in states_with_units()}
    stated, own = stated_period(period), organisation_called(node.OPERATOR, organisation) if organisation else None
    if state not in held:
        return Misused(f"Dites pour quel État : --state {' | '.join(held)}.", f"Say for which State: --state {' | '.join(held)}.")
    if (sector and not sectors_within(sector)) or lang not in ("fr", "en"):
        return Misused(f"--sector : {', '.join(sectors_within(''))} ; --lang : fr, en.", f"--sector: {', '.join(sectors_within(''))}; --lang: fr, en.")
    if period and stated is None:
        return Misused("La période s'écrit 2026-02, ou 2026-01/2026-02.", "Write the period as 2026-02, or 2026-01/2026-02.")
    if organisation and own is None:
        return Misused(f"Organisation inconnue du registre : {organisation}.", f"Organisation unknown to the register: {organisation}.")
    if out.suffix != ".xlsx" or not out.resolve().parent.is_dir():
        return Misused("Le fichier finit par .xlsx, dans un dossier qui existe.", "The file ends with .xlsx, in a folder that exists.")
    division = division_on(state, stated.end if stated else timezone.localdate())
    if division is None:
        return Misused(f"Aucun découpage en vigueur ce jour pour {state}.", f"No division in force that day for {state}.")
    return Wanted(held[state], division, sector, own, stated)
