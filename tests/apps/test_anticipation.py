"""From a series to money and actions: who may take which step, what is written of it, and that nothing is activated by itself."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from lxml import etree

from access_steps import browser_of, person
from concertation.apps.access.models import User
from concertation.apps.anticipation import commands, queries
from concertation.apps.anticipation.acting import commands as acting
from concertation.apps.anticipation.models import Activation, FrameworkVersion, IndicatorReading, Reservation
from concertation.apps.funding.envelopes import commands as envelope_commands
from concertation.apps.funding.models import TriggerEnvelope
from concertation.apps.ground.models import JournalLine, Message
from concertation.apps.ground.queries import broken_lines
from concertation.core.anticipation.turning import knobs
from concertation.core.sharing import Mandate, Role
from concertation.formats.framework_file import read_framework, shipped
from concertation.site import watching
from core.anticipation_samples import content

pytestmark = pytest.mark.django_db
BURKINA, FLOODS = "bfa-drought-2026", "ner-floods-2025"
SEASON = timezone.localdate().year
DRY_APRIL = f"indicator,year,issue,value\ndry_area,{SEASON},4,55\n"
SHARE = {"source": "ECMWF (synthetic)", "licence": "", "share_as": "restricted"}


@pytest.fixture(autouse=True)
def loaded(settings: Any, tmp_path: Path) -> None:
    """The shipped frameworks, and nothing else of the reference set."""
    settings.RAW_FOLDER = tmp_path / "raw"
    commands.load_frameworks(shipped().values())


def browsers(state: str) -> tuple[Client, Client]:
    return browser_of(person("first", (Role.DATA_MANAGER, state))), browser_of(person("second", (Role.RELEASE_AUTHORITY, state)))


def bring(browser: Client, slug: str, text: str) -> Any:
    return browser.post(f"/anticipation/frameworks/{slug}/series/", {**SHARE, "file": SimpleUploadedFile("series.csv", text.encode())})


def the_activation() -> Activation:
    return Activation.objects.get()


def step(browser: Client, name: str, **given: str) -> Any:
    return browser.post(f"/anticipation/activations/{the_activation().pk}/step/", {"step": name, **given}, follow=True)


def acts(state: str) -> list[str]:
    return [act for act in JournalLine.objects.filter(chain=state).order_by("sequence").values_list("act", flat=True) if act.startswith("anticipation.")]


def signed(slug: str, state: str) -> None:
    shown = queries.framework([Mandate("x", Role.DATA_MANAGER, state=state)], slug)
    assert shown is not None
    commands.sign(shown, at=timezone.now(), by=Mandate("x", Role.RELEASE_AUTHORITY, state=state))


def texts(answer: Any) -> str:
    return str(answer.content.decode()).replace("\u202f", " ").replace("\u00a0", " ")


def test_from_the_forecast_to_the_money_every_step_is_a_persons_and_stands_in_the_journal() -> None:
    first, second = browsers("BFA")
    first.post(f"/anticipation/frameworks/{BURKINA}/sign/")

    assert "seuil atteint" in texts(bring(first, BURKINA, DRY_APRIL).client.get(f"/anticipation/frameworks/{BURKINA}/"))
    assert the_activation().state == "met" and not Reservation.objects.exists()
    step(first, "confirm", note="Carte relue")
    assert the_activation().state == "certified" and not Reservation.objects.exists()
    step(second, "confirm")
    page = texts(first.get(f"/anticipation/activations/{the_activation().pk}/"))
    assert "8 000 000 USD" in page and "PAM" in page
    step(first, "transfer", place="0")
    step(second, "action", place="0")
    step(second, "action", place="0")
    step(first, "close", reason="Fin de saison")

    assert the_activation().state == "closed"
    assert acts("BFA") == [f"anticipation.{act}" for act in (
        "framework-signed", "readings-brought", "threshold-met", "certified", "activated", "money-reserved", "money-transferred", "action-started", "action-done", "closed",
    )]  # fmt: skip
    assert list(broken_lines()) == []
    assert sorted(Reservation.objects.values_list("state", flat=True)) == ["returned"] * 4 + ["transferred"]


def test_a_threshold_met_tells_those_who_may_confirm_that_nothing_is_activated() -> None:
    first, _second = browsers("BFA")
    bring(first, BURKINA, DRY_APRIL)

    assert Message.objects.filter(about="anticipation").count() == 2
    message = Message.objects.filter(about="anticipation")[0]
    assert message.subject_en.startswith("Threshold met, not activated") and "55" not in message.body_fr.rpartition("/activations/")[0]
    assert "Rien n'est activé" in message.body_fr


def test_one_person_never_confirms_twice() -> None:
    first, _second = browsers("BFA")
    signed(BURKINA, "BFA")
    bring(first, BURKINA, DRY_APRIL)

    step(first, "confirm")
    answer = step(first, "confirm")

    assert the_activation().state == "certified"
    assert "seconde confirmation" in texts(answer)


def test_a_version_nobody_signed_activates_nothing() -> None:
    first, _second = browsers("BFA")
    bring(first, BURKINA, DRY_APRIL)

    answer = step(first, "confirm")

    assert the_activation().state == "met"
    assert "signée" in texts(answer)


def test_a_draft_is_watched_and_activates_nothing() -> None:
    first, _second = browsers("NER")
    signed("ner-drought-2026", "NER")
    lines = "".join(f"{year},{value},{value},1,1,1,1,0.1\n" for year, value in [*((year, 10 + year % 10) for year in range(SEASON - 12, SEASON)), (SEASON, 90)])
    bring(first, "ner-drought-2026", f"year,Jan,Feb,Mar,Apr,May,Jun,Aug\n{lines}")

    fired = Activation.objects.get(window="W1")
    first.post(f"/anticipation/activations/{fired.pk}/step/", {"step": "confirm"})

    fired.refresh_from_db()
    assert fired.state == "met"


@pytest.mark.parametrize("mandates", [(), ((Role.READER, "BFA"),), ((Role.DATA_MANAGER, "NER"),), ((Role.ANALYST, "AES"),), ((Role.AUDITOR, "BFA"),)])
def test_nobody_else_confirms_signs_or_brings_a_series(mandates: Sequence[tuple[Role, str]]) -> None:
    first, _second = browsers("BFA")
    bring(first, BURKINA, DRY_APRIL)
    other = browser_of(person("other", *mandates))

    answers = [
        other.post(f"/anticipation/activations/{the_activation().pk}/step/", {"step": "confirm"}).status_code,
        other.post(f"/anticipation/frameworks/{BURKINA}/sign/").status_code, bring(other, BURKINA, DRY_APRIL).status_code,
    ]  # fmt: skip

    assert set(answers) <= {403, 404} and the_activation().state == "met"
    assert FrameworkVersion.objects.get(slug=BURKINA).signed_at is None


def test_a_reader_without_mandate_sees_neither_readings_nor_what_fired() -> None:
    first, _second = browsers("BFA")
    bring(first, BURKINA, DRY_APRIL)

    page = texts(Client().get(f"/anticipation/frameworks/{BURKINA}/"))

    assert "seuil atteint" not in page and "aucun que vous puissiez voir" in page
    assert Client().get(f"/anticipation/activations/{the_activation().pk}/").status_code == 404
    assert Client().get(f"/anticipation/activations/{the_activation().pk}/cap.xml").status_code == 404


def test_what_fires_on_confidential_readings_is_confidential() -> None:
    first, _second = browsers("BFA")
    first.post(f"/anticipation/frameworks/{BURKINA}/series/", {**SHARE, "share_as": "confidential", "file": SimpleUploadedFile("s.csv", DRY_APRIL.encode())})

    assert the_activation().sensitivity == "confidential"
    assert browser_of(person("neighbour", (Role.READER, "MLI"))).get(f"/anticipation/activations/{the_activation().pk}/").status_code == 404


def test_a_second_round_of_watch_changes_nothing() -> None:
    first, _second = browsers("BFA")
    bring(first, BURKINA, DRY_APRIL)
    before = JournalLine.objects.count(), Activation.objects.count(), Message.objects.count()

    rounds = [watching.watch(timezone.now()) for _ in range(2)]

    assert (JournalLine.objects.count(), Activation.objects.count(), Message.objects.count()) == before
    assert rounds[0]["frameworks"] == rounds[1]["frameworks"]
    (burkina,) = [line for line in rounds[0]["frameworks"] if line["framework"] == BURKINA]
    assert burkina["standing"] == "met" and burkina["fired_now"] == []
    assert json.loads(json.dumps(rounds[0]))


def test_the_same_series_twice_adds_nothing_and_a_corrected_value_is_a_further_vintage() -> None:
    first, _second = browsers("BFA")
    bring(first, BURKINA, f"indicator,year,issue,value\ndry_area,{SEASON},4,12\n")
    moment = timezone.now()
    bring(first, BURKINA, f"indicator,year,issue,value\ndry_area,{SEASON},4,12\n")
    bring(first, BURKINA, DRY_APRIL)

    held = shipped()[BURKINA].read.framework
    assert held is not None
    mandates = [Mandate("x", Role.DATA_MANAGER, state="BFA")]
    assert list(IndicatorReading.objects.order_by("vintage").values_list("vintage", "value")) == [(1, 12.0), (2, 55.0)]
    assert [each.value for each in queries.readings(mandates, held)] == [55.0]
    assert [each.value for each in queries.readings(mandates, held, as_of=moment)] == [12.0]


def test_a_gauge_in_metres_is_told_and_judges_nothing() -> None:
    first, _second = browsers("NER")

    answer = bring(first, FLOODS, f"date,level\n{SEASON}-08-01,5.92\n{SEASON}-08-02,6.05\n")

    assert answer.status_code == 422 and "mètres" in texts(answer)
    assert not IndicatorReading.objects.exists() and not Activation.objects.exists()


def test_the_river_releases_by_tiers_and_the_alert_carries_no_money() -> None:
    first, second = browsers("NER")
    signed(FLOODS, "NER")
    bring(first, FLOODS, f"date,level\n{SEASON}-08-01,531\n{SEASON}-08-02,593\n{SEASON}-08-03,606\n")

    for window in ("mobilisation", "action"):
        for browser in (first, second):
            browser.post(f"/anticipation/activations/{Activation.objects.get(window=window).pk}/step/", {"step": "confirm"})

    given = {window: sum(Reservation.objects.filter(activation__window=window).values_list("given", flat=True)) for window in ("mobilisation", "action")}
    assert given == {"mobilisation": 25_000_000, "action": 475_000_000}
    assert Activation.objects.get(window="alert").state == "alert"


def test_a_shared_cap_is_never_passed() -> None:
    whole = content(BURKINA)
    whole["framework"], whole["version"] = "bfa-sharer", "1"
    for name, other in (("bfa-sharer", "bfa-second"), ("bfa-second", "bfa-sharer")):
        whole["framework"] = name
        whole["money"]["envelope"] |= {"shared_cap": 12_000_000, "shared_with": [other]}
        written = yaml.safe_dump(whole, allow_unicode=True).encode()
        commands.bring_framework(written, read_framework(written), by=Mandate("x", Role.DATA_MANAGER, state="BFA"))
        signed(name, "BFA")
    first, second = browsers("BFA")
    bring(first, "bfa-sharer", DRY_APRIL)
    commands.watch(timezone.now())

    for name in ("bfa-sharer", "bfa-second"):
        for browser in (first, second):
            browser.post(f"/anticipation/activations/{Activation.objects.get(slug=name).pk}/step/", {"step": "confirm"})

    given = {name: sum(Reservation.objects.filter(activation__slug=name).values_list("given", flat=True)) for name in ("bfa-sharer", "bfa-second")}
    assert given == {"bfa-sharer": 800_000_000, "bfa-second": 400_000_000}


def test_a_broken_gauge_is_said_beside_the_evidence_and_stood_down_with_a_reason() -> None:
    first, _second = browsers("NER")
    lines = "".join(f"{SEASON}-08-{day:02},607\n" for day in range(1, 8))
    bring(first, FLOODS, f"date,level\n{lines}")
    held = Activation.objects.get(window="action")

    assert "7 jours de suite" in texts(first.get(f"/anticipation/activations/{held.pk}/"))
    first.post(f"/anticipation/activations/{held.pk}/step/", {"step": "stand-down", "reason": ""})
    held.refresh_from_db()
    assert held.state == "met"
    first.post(f"/anticipation/activations/{held.pk}/step/", {"step": "stand-down", "reason": "Échelle en panne"})
    held.refresh_from_db()
    assert (held.state, held.reason) == ("stood-down", "Échelle en panne")
    commands.watch(timezone.now())
    assert Activation.objects.filter(window="action").count() == 1


def test_without_objection_one_person_and_the_agreed_hours_activate() -> None:
    whole = content(BURKINA)
    whole["framework"], whole["version"], whole["owner"]["confirm"] = "bfa-delay", "1", {"mode": "no-objection", "hours": 48}
    written = yaml.safe_dump(whole, allow_unicode=True).encode()
    commands.bring_framework(written, read_framework(written), by=Mandate("x", Role.DATA_MANAGER, state="BFA"))
    signed("bfa-delay", "BFA")
    first, _second = browsers("BFA")
    bring(first, "bfa-delay", DRY_APRIL)
    held = Activation.objects.get(slug="bfa-delay")
    now = timezone.now()

    watching.watch(now + timedelta(hours=100))
    held.refresh_from_db()
    assert held.state == "met"
    acting.confirm(held.pk, note="", at=now, by=Mandate("one", Role.DATA_MANAGER, state="BFA"))
    watching.watch(now + timedelta(hours=47))
    held.refresh_from_db()
    assert held.state == "certified"
    watching.watch(now + timedelta(hours=48))
    held.refresh_from_db()
    assert held.state == "activated" and held.confirmations.filter(kind="no-objection").exists()


@pytest.mark.shared
@pytest.mark.parametrize("state", [state for state, _words in Activation.STATES])
def test_the_cap_message_is_valid_in_every_state_and_in_both_languages(shared: Path, state: str) -> None:
    first, _second = browsers("BFA")
    bring(first, BURKINA, DRY_APRIL)
    Activation.objects.update(state=state)

    answer = first.get(f"/anticipation/activations/{the_activation().pk}/cap.xml")

    message = etree.fromstring(answer.content)
    etree.XMLSchema(etree.parse(str(shared / "cap/CAP-v1.2.xsd"))).assertValid(message)
    space = {"c": "urn:oasis:names:tc:emergency:cap:1.2"}
    assert [node.text for node in message.findall("c:info/c:language", space)] == ["fr", "en"]
    assert ("not activated" in answer.content.decode()) is (state in ("met", "certified"))


def test_a_signed_version_is_never_changed() -> None:
    whole = content(BURKINA)
    whole["framework"], whole["version"] = "bfa-own", "1"
    by = Mandate("x", Role.DATA_MANAGER, state="BFA")

    def declared(change: int) -> FrameworkVersion:
        whole["last_year"] = change
        written = yaml.safe_dump(whole, allow_unicode=True).encode()
        return commands.bring_framework(written, read_framework(written), by=by)

    first, second = declared(2027), declared(2028)
    assert first.pk == second.pk and first.sha256 != second.sha256
    signed("bfa-own", "BFA")
    with pytest.raises(commands.SignedAlready):
        declared(2029)
    assert FrameworkVersion.objects.get(slug="bfa-own").sha256 == second.sha256


def test_a_signed_shipped_version_stays_when_the_reference_set_changes() -> None:
    signed(BURKINA, "BFA")
    before = FrameworkVersion.objects.get(slug=BURKINA).sha256
    held = shipped()[BURKINA]
    other = held._replace(read=held.read._replace(sha256="0" * 64))

    assert commands.load_frameworks([other]) == 0
    assert FrameworkVersion.objects.get(slug=BURKINA).sha256 == before


def test_a_file_that_is_wrong_is_refused_on_the_page_with_its_line() -> None:
    first, _second = browsers("BFA")
    whole = content(BURKINA)
    whole["money"]["rows"][2]["amount"] = 1_600_000
    sent = SimpleUploadedFile("own.yaml", yaml.safe_dump(whole, allow_unicode=True).encode())

    answer = first.post("/anticipation/new/", {"file": sent})

    assert answer.status_code == 422
    assert "framework-money-not-adding-up" in texts(answer) and "ligne" in texts(answer)


def test_a_data_manager_declares_a_framework_of_their_own_state_alone() -> None:
    first, _second = browsers("BFA")
    whole = content(FLOODS)
    own = content(BURKINA) | {"framework": "bfa-own", "version": "1"}

    other = first.post("/anticipation/new/", {"file": SimpleUploadedFile("a.yaml", yaml.safe_dump(whole, allow_unicode=True).encode())})
    kept = first.post("/anticipation/new/", {"file": SimpleUploadedFile("b.yaml", yaml.safe_dump(own, allow_unicode=True).encode())})

    assert other.status_code == 422
    assert kept.status_code == 302 and FrameworkVersion.objects.get(slug="bfa-own").owner_state == "BFA"


def past_of_the_river() -> str:
    lines = [f"{year}-08-{day},{650 + day if year % 5 == 0 else 500 + year % 7 + day}" for year in range(1985, 2021) for day in (27, 28, 29)]
    return "\n".join(["date,level", *lines]) + "\n"


def test_the_bench_replays_the_past_under_other_thresholds_and_changes_nothing() -> None:
    first, _second = browsers("NER")
    bring(first, FLOODS, past_of_the_river())
    held = FrameworkVersion.objects.get(slug=FLOODS)

    page = first.get(f"/anticipation/frameworks/{FLOODS}/bench/?watch_level=540&bad=1985+1990+1995+2000+2005+2010+2015+2020")

    told = page.content.decode()
    assert page.status_code == 200
    assert "Le bruit ne l'aurait guère trouvé" in told.replace("&#x27;", "'")
    assert "format=yaml" in told
    assert FrameworkVersion.objects.get(slug=FLOODS).sha256 == held.sha256


def test_the_bench_gives_another_version_to_take_away_that_can_be_declared() -> None:
    first, _second = browsers("NER")
    bring(first, FLOODS, past_of_the_river())
    knob = next(each for each in knobs(shipped()[FLOODS].read.framework))  # type: ignore[arg-type]

    taken = first.get(f"/anticipation/frameworks/{FLOODS}/bench/?{knob.test}=555&format=yaml")

    read = read_framework(taken.content)
    assert read.is_sound
    assert read.framework is not None
    assert (read.framework.status, read.framework.version.startswith(shipped()[FLOODS].read.framework.version + "-")) == ("draft", True)  # type: ignore[union-attr]
    assert first.post("/anticipation/new/", {"file": SimpleUploadedFile("v.yaml", taken.content)}).status_code == 302


def test_the_bench_says_what_is_missing_where_too_few_years_are_open() -> None:
    first, _second = browsers("NER")

    assert "cinq années de relevés" in first.get(f"/anticipation/frameworks/{FLOODS}/bench/").content.decode()


def an_envelope(name: str, amount: int, *, state: str = "BFA", slug: str = BURKINA, **changes: Any) -> TriggerEnvelope:
    told = {"basis": "flow", "reference": "fts:1", "authority": "Fonds synthétique", "currency": "USD", "starts_on": date(SEASON, 1, 1), "ends_on": date(SEASON, 12, 31), "source": "texte synthétique", **changes}
    row = envelope_commands.name_envelope(state, name=name, frameworks=[slug], amount_minor=amount * 100, by=Mandate("x", Role.DATA_MANAGER, state=state), **told)
    assert row is not None
    return row


def activated(slug: str = BURKINA, state: str = "BFA") -> None:
    first, second = browsers(state)
    signed(slug, state)
    bring(first, slug, DRY_APRIL)
    step(first, "confirm")
    step(second, "confirm")


def test_a_window_draws_from_named_envelopes_the_first_to_end_before_and_asks_for_what_none_covers() -> None:
    later = an_envelope("b", 3_000_000)
    sooner = an_envelope("a", 2_000_000, ends_on=timezone.localdate() + timedelta(days=1))

    activated()

    given = {row.pk: sum(Reservation.objects.filter(envelope=row).values_list("given", flat=True)) for row in (sooner, later)}
    asked, covered = (sum(Reservation.objects.values_list(name, flat=True)) for name in ("asked", "given"))
    assert given == {sooner.pk: 200_000_000, later.pk: 300_000_000}
    assert (asked, covered) == (800_000_000, 500_000_000)


def test_what_was_given_back_can_be_drawn_again_and_what_was_paid_cannot() -> None:
    row = an_envelope("a", 9_000_000)
    activated()
    first, _second = (browser_of(User.objects.get(email__startswith=name)) for name in ("first", "second"))
    step(first, "transfer", place="0")
    before = queries.taken_from(row.pk)

    step(first, "close", reason="Fin de saison")

    paid = Reservation.objects.get(state="transferred").given
    assert (before, queries.taken_from(row.pk)) == (800_000_000, paid)


def test_an_envelope_that_is_over_withdrawn_or_in_another_currency_is_not_drawn_from() -> None:
    an_envelope("over", 9_000_000, starts_on=date(SEASON - 1, 1, 1), ends_on=date(SEASON - 1, 12, 31))
    an_envelope("francs", 9_000_000, currency="XOF")
    gone = an_envelope("gone", 9_000_000)
    envelope_commands.turn_envelope(gone, withdrawn=True, by=Mandate("x", Role.DATA_MANAGER, state="BFA"))

    activated()

    assert not Reservation.objects.filter(envelope__isnull=False).exists()
    assert sum(Reservation.objects.values_list("given", flat=True)) == 800_000_000


def test_an_envelope_is_named_withdrawn_and_opened_again_on_its_page() -> None:
    first, _second = browsers("BFA")
    form = {
        "state": "BFA", "name": "Enveloppe synthétique", "amount": "1000", "currency": "USD", "basis": "earmark", "reference": "", "authority": "Donateur synthétique", "frameworks": [BURKINA],
        "starts_on": f"{SEASON}-01-01", "ends_on": f"{SEASON}-12-31", "source": "Texte synthétique",
    }  # fmt: skip

    made, again = (first.post("/anticipation/envelopes/", form).status_code for _time in range(2))
    row = TriggerEnvelope.objects.get()
    states = [first.post(f"/anticipation/envelopes/{row.pk}/turn/", follow=True).content.decode().count('tag refused">retirée') for _time in range(2)]

    assert (made, again, row.amount_minor, states) == (302, 422, 100_000, [1, 0])


def test_the_bench_tries_all_thresholds_together_and_each_row_is_an_address_that_tries_it() -> None:
    first, _second = browsers("NER")
    bring(first, FLOODS, "date,level\n" + "".join(f"{year}-02-15,{500 + year % 11 * 13}\n" for year in range(1979, SEASON)))

    page = first.get(f"/anticipation/frameworks/{FLOODS}/bench/?bad=1979+1989+2001+2012")
    joint = page.context["joint"]

    assert [row["is_best"] for row in joint["rows"]].count(True) == 1
    assert "Tous les seuils ensemble" in texts(page)
    tried = first.get(f"/anticipation/frameworks/{FLOODS}/bench/{joint['rows'][0]['url']}")
    assert tried.context["rows"][-1]["fired"] == joint["rows"][0]["fired"]
    assert tried.context["rows"][-1]["hit"] == joint["rows"][0]["hit"]
