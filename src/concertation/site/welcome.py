"""What `./run` prints once the first page is served: the address, the demonstration account and the headline figures."""

from django.utils import translation

from concertation.apps.decisions.queries import decisions
from concertation.site import node
from concertation.site.pages import sentence


def demo_lines() -> list[str]:
    """The demonstration account, opened at the first start."""
    address, password = node.ensure_demo_account()
    return [f"Compte de démonstration / demonstration account : {address}", f"Mot de passe / password : {password}"]


def headline_figures() -> list[str]:
    """The sentence of the home page and the money of the three plans, in both languages, as anyone may read them."""
    held = decisions(())
    lines = []
    for language in ("fr", "en"):
        with translation.override(language):
            lines.append(sentence(held))
    funded = next((measure for view in held for measure in view.measures if measure.code == "plan-coverage"), None)
    if funded is not None:
        lines.append(f"{funded.value} {funded.label_fr} / {funded.value} {funded.label_en}")
    return lines
