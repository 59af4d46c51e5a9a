"""The CAP message of an activation: what it is, what it is not, and which version of which framework said so."""

from datetime import datetime, timedelta
from typing import Literal

from concertation.apps.anticipation.models import Activation
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.wording import window_in_words
from concertation.core.periods import Language
from concertation.formats.cap import CapAlert, CapArea, CapInfo

DAYS = 30
CATEGORIES: dict[str, Literal["Met", "Health", "Safety"]] = {"climate": "Met", "health": "Health", "security": "Safety"}
RESPONSES: dict[str, Literal["Prepare", "Execute", "Monitor", "AllClear"]] = {
    "alert": "Monitor", "met": "Prepare", "certified": "Prepare", "activated": "Execute", "closed": "AllClear", "stood-down": "AllClear",
}  # fmt: skip
HEADLINES = {
    "alert": ("Alerte, sans activation", "Alert, no activation"), "met": ("Seuil atteint, non activé", "Threshold met, not activated"),
    "certified": ("Seuil atteint et lecture certifiée, non activé", "Threshold met and reading certified, not activated"),
    "activated": ("Action anticipée activée", "Anticipatory action activated"), "closed": ("Action anticipée close", "Anticipatory action closed"),
    "stood-down": ("Alerte levée", "Alert stood down"),
}  # fmt: skip
INSTRUCTIONS = {
    "activated": ("Les actions agréées commencent ; l'argent agréé est réservé.", "The agreed actions begin; the agreed money is reserved."),
    "": ("Aucune action n'est engagée par ce message.", "No action is engaged by this message."),
}  # fmt: skip
AUDIENCE = "Cadre de concertation humanitaire / humanitarian concertation framework"


def cap_of(held: Activation, framework: Framework, *, sender: str, at: datetime) -> CapAlert:
    """The message as it stands at a moment, in French then English."""
    kind: Literal["Alert", "Update", "Cancel"] = "Cancel" if held.state == "stood-down" else "Alert" if held.state in ("alert", "met") else "Update"
    return CapAlert(
        identifier=f"concertation-{held.pk}-{held.version}", sender=sender, sent=at, status="Actual", kind=kind, restriction=AUDIENCE,
        infos=[_info(held, framework, language, at) for language in ("fr", "en")],
    )  # fmt: skip


def _info(held: Activation, framework: Framework, language: Language, at: datetime) -> CapInfo:
    english = language == "en"
    forecast = framework.windows[held.window].lead_days
    return CapInfo(
        language=language, category=CATEGORIES[framework.kind], event=framework.title.told(language), response=RESPONSES[held.state],
        urgency="Past" if held.state in ("closed", "stood-down") else "Future" if forecast else "Expected", severity="Unknown",
        certainty="Likely" if forecast else "Observed", sender_name=framework.owner.certifier,
        headline=f"{HEADLINES[held.state][english]} — {framework.title.told(language)}", description=window_in_words(framework, held.window, language),
        instruction=held.reason or INSTRUCTIONS.get(held.state, INSTRUCTIONS[""])[english], area=CapArea(held.unit or framework.area.words.told(language), [("ISO3", framework.country)]),
        parameters=[("framework", held.slug), ("version", held.framework.edition), ("sha256", held.framework.sha256), ("window", held.window), ("season", str(held.season)), ("state", held.state)],
        expires=at + timedelta(days=DAYS),
    )  # fmt: skip
