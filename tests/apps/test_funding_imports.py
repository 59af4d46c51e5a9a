"""Bringing money in: every file of FTS, its answers written again whole, the latest version read, what lies below a first recipient never public."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from concertation.apps.funding import code_names, counting, queries
from concertation.apps.funding.commands import state_split
from concertation.apps.funding.models import Earmark, Flow, Fund, FundCode, GrantPlace, Party, PlanMoney
from concertation.apps.ground.models import JournalLine
from concertation.apps.sources import commands, imports
from concertation.apps.sources.models import ImportRun
from concertation.core.sharing import Mandate, Role
from concertation.site import reference

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 1)
ANALYST = (Mandate("u-aes", Role.ANALYST, state="AES"),)
CODE_TABLES = ("cbpf_MstClusters.csv", "cbpf_MstOrgType.csv", "cbpf_MstPooledFund.csv", "cbpf_AllocationTypes.csv")
PAGES = [f"fts_api_custom-search-locationid-1-year-2020{end}.json" for end in ("", "-page-2", "-page-3")]
ROWS = {
    "fts_requirements_funding_4_countries.csv": ("fts-plans", 186), "fts_requirements_funding_cluster_4_countries.csv": ("fts-clusters", 606),
    "fts_requirements_funding_globalcluster_4_countries.csv": ("fts-clusters", 712), "fts_plan_overview_progress_2022.json": ("fts-plan-overview", 3),
    "fts_api_2-fts-flow-plan-overview-progress-2020.json": ("fts-plan-overview", 2), "fts_api_1-fts-flow-custom-search-planid-929-groupby-cluster.json": ("fts-group-by", 20),
    "fts_api_1-fts-flow-custom-search-planid-943-groupby-cluster.json": ("fts-group-by", 12), "fts_api_custom-search-locationid-1-year-2020.json": ("fts-flows", 200),
    "fts_api_custom-search-locationid-1-year-2020-page-2.json": ("fts-flows", 200), "fts_api_custom-search-locationid-1-year-2020-page-3.json": ("fts-flows", 84),
    "fts_flows_incoming_2026_4_countries.csv": ("fts-flow-table", 625), "fts_flows_internal_2026_4_countries.csv": ("fts-flow-table", 2),
    "fts_flows_outgoing_2026_4_countries.csv": ("fts-flow-table", 232), "cbpf_projects_ner_bfa.csv": ("cbpf-projects", 204),
    "cbpf_contributions_3_countries.csv": ("cbpf-contributions", 124), "cbpf_project_locations_ner_bfa.csv": ("cbpf-locations", 1434),
    "cbpf_MstClusters.csv": ("cbpf-clusters", 17), "cbpf_MstOrgType.csv": ("cbpf-organisation-types", 4), "cbpf_MstPooledFund.csv": ("cbpf-funds", 46),
    "cbpf_AllocationTypes.csv": ("cbpf-allocations", 831),
}  # fmt: skip


@pytest.fixture(autouse=True)
def node(tmp_path: Path, settings: Any) -> None:
    settings.RAW_FOLDER = tmp_path / "raw"
    reference.load_if_changed()


def brought(path: Path, state: str = "AES", *, share_as: str = "public") -> ImportRun:
    """A file brought in and stored."""
    by = Mandate("u1", Role.DATA_MANAGER, state=state)
    with path.open("rb") as stream:
        file = commands.keep_raw_file(stream, name=path.name)
    run = commands.open_run(file, state=state, kind="", holder="fts", share_as=share_as, by=by)
    preview = imports.understand(run, today=TODAY, by=by)
    if preview is not None:
        corrected = imports.sure_correction(preview)
        assert imports.store(run, preview, by=by, replaces=ImportRun.objects.get(pk=corrected) if corrected else None)
    run.refresh_from_db()
    return run


def page(tmp_path: Path, *flows: dict[str, Any], name: str = "synthetic.json") -> Path:
    """A page of synthetic flows as a file."""
    path = tmp_path / name
    path.write_text(json.dumps({"status": "ok", "data": {"incoming": {}, "flows": list(flows)}, "meta": {"count": len(flows)}}), "utf-8")
    return path


def flow(number: int, **changes: Any) -> dict[str, Any]:
    ends = [{"type": "Organization", "id": "9", "name": "Synthetic agency", "organizationTypes": ["UN agency"]}, {"type": "Location", "id": "1", "name": "Niger"}, {"type": "UsageYear", "name": "2025"}]
    giver = [{"type": "Organization", "id": "8", "name": "Synthetic pooled fund", "organizationTypes": ["Pooled fund"], "organizationSubTypes": ["Country-based"]}]
    plain = {"id": str(number), "versionId": 1, "amountUSD": 100, "status": "paid", "boundary": "incoming", "onBoundary": "single", "flowType": "Standard"}
    return {**plain, "sourceObjects": giver, "destinationObjects": ends, "grandBargainEarmarkingType": ["softly earmarked"], **changes}


@pytest.mark.shared
def test_every_file_of_the_folder_of_money_is_brought_in_whole(shared: Path) -> None:
    files = sorted(path for path in (shared / "funding").iterdir() if path.suffix in (".csv", ".json"))

    runs = {path.name: brought(path) for path in files}

    assert {name: (run.kind, run.status, stored_by(run)) for name, run in runs.items()} == {name: (kind, "stored", rows) for name, (kind, rows) in ROWS.items()}


def stored_by(run: ImportRun) -> int:
    """Rows of every table of money that an import stored."""
    return sum(table.objects.filter(import_run=run).count() for table in (Flow, PlanMoney, GrantPlace, FundCode))


@pytest.mark.shared
def test_three_pages_of_flows_give_the_total_of_fts_to_the_dollar_and_are_written_again_whole(shared: Path) -> None:
    runs = {name: brought(shared / "funding" / name) for name in PAGES}
    operator = (*ANALYST, Mandate("u1", Role.DATA_MANAGER, state="AES"))

    told = counting.bridges_told(counting.held_money(operator))

    assert (told["flows"], told["policies"][0]["total"]) == (484, 725_591_299)  # type: ignore[index]
    assert all(each["adds_up"] for each in told["bridges"])  # type: ignore[attr-defined]
    for name, run in runs.items():
        assert json.loads(queries.answer_again(operator, run) or b"") == json.loads((shared / "funding" / name).read_text())


@pytest.mark.shared
def test_answers_without_flows_are_written_again_whole_too(shared: Path) -> None:
    for name in ("fts_plan_overview_progress_2022.json", "fts_api_1-fts-flow-custom-search-planid-929-groupby-cluster.json"):
        run = brought(shared / "funding" / name)

        assert json.loads(queries.answer_again(ANALYST, run) or b"") == json.loads((shared / "funding" / name).read_text())


def test_a_fresh_node_holds_the_series_of_plans_and_clusters() -> None:
    levels = {level: PlanMoney.objects.filter(level=level).count() for level in ("plan", "cluster", "global_cluster")}

    assert levels == {"plan": 186, "cluster": 606, "global_cluster": 712}
    assert set(PlanMoney.objects.values_list("extracted_on", "source_id")) == {(date(2026, 4, 17), "fts-2026-04-17")}


def test_a_state_takes_the_flows_that_touch_it_and_leaves_the_others(tmp_path: Path) -> None:
    elsewhere = [{"type": "Location", "name": "Elsewhere"}]

    run = brought(page(tmp_path, flow(1), flow(2, destinationObjects=elsewhere)), "NER")

    assert list(Flow.objects.values_list("flow", "owner_state", "states", "year")) == [("1", "NER", "|NER|", 2025)]
    assert json.loads(queries.answer_again((Mandate("u1", Role.DATA_MANAGER, state="NER"),), run) or b"")["data"]["flows"] == [flow(1), flow(2, destinationObjects=elsewhere)]


def test_a_file_without_a_flow_of_the_state_is_refused_with_its_reason(tmp_path: Path) -> None:
    run = brought(page(tmp_path, flow(1)), "MLI")

    assert (run.status, Flow.objects.count()) == ("refused", 0)


def test_the_version_reported_last_is_read_and_the_earlier_one_stays(tmp_path: Path) -> None:
    brought(page(tmp_path, flow(1), name="first.json"))
    brought(page(tmp_path, flow(1, versionId=2, amountUSD=70), name="second.json"))

    read = queries.flows(ANALYST)

    assert [row.amount_minor for row in read] == [7000]
    assert [row.reported_version for row in queries.versions(ANALYST, read[0])] == [2, 1]


def test_links_below_a_first_recipient_are_never_public(tmp_path: Path) -> None:
    brought(page(tmp_path, flow(1), flow(2, boundary="internal"), flow(3, parentFlowId=1)))

    assert dict(Flow.objects.values_list("flow", "sensitivity")) == {"1": "public", "2": "restricted", "3": "restricted"}
    assert [row.flow for row in queries.flows(())] == ["1"]


def test_an_answer_is_not_written_again_for_who_may_not_see_all_of_it(tmp_path: Path) -> None:
    run = brought(page(tmp_path, flow(1), flow(2, boundary="internal")))

    assert queries.answer_again((), run) is None


def test_parties_earmarks_and_funds_are_kept_with_their_flows(tmp_path: Path) -> None:
    brought(page(tmp_path, flow(1)))

    assert set(Party.objects.values_list("known_as", "party_type", "is_local")) == {("fts:9", "multilateral_un", False), ("fts:8", "pooled_fund", False)}
    assert list(Earmark.objects.values_list("category", "text")) == [(2, "softly earmarked")]
    assert list(Fund.objects.values_list("kind", "name_fr")) == [("cbpf", "Synthetic pooled fund")]


def test_one_id_with_two_contents_keeps_both(tmp_path: Path) -> None:
    run = brought(page(tmp_path, flow(1), flow(1, amountUSD=5)))

    assert Flow.objects.count() == 2
    assert [problem.code for problem in run.problems.all()] == ["fts-flow-twice"]


def test_a_newer_table_of_the_same_plans_takes_the_place_of_the_older_and_other_lists_stay(tmp_path: Path) -> None:
    headings = "countryCode,id,name,code,startDate,endDate,year,clusterCode,cluster,requirements,funding,percentFunded"
    rows = {"old.csv": "7,Health,100,50,50", "new.csv": "7,Health,100,60,60", "own.csv": "99001,Santé,100,60,60"}
    runs = {}
    for name, row in rows.items():
        path = tmp_path / name
        path.write_text("\n".join([headings, *[f"NER,1,Plan synthetic,SYN25,2025-01-01,2025-12-31,2025,{row}"] * 2]), "utf-8")
        runs[name] = brought(path, "NER")
    for run in runs.values():
        run.refresh_from_db()

    assert {name: run.status for name, run in runs.items()} == {"old.csv": "superseded", "new.csv": "stored", "own.csv": "stored"}
    held = queries.plan_rows(ANALYST, levels=["global_cluster"], states=["NER"], years=[2025])
    assert held.filter(held["code"] == "SYN25")["funding_minor"].to_list() == [6000]


def test_a_split_is_stated_once_and_the_shares_never_pass_the_whole(tmp_path: Path) -> None:
    brought(page(tmp_path, flow(1, onBoundary="shared")))
    by = Mandate("u1", Role.DATA_MANAGER, state="NER")

    stated = [state_split(system="fts", flow="1", state=state, year=2025, millionths=share, by=by) for state, share in (("NER", 250_000), ("MLI", 800_000), ("MLI", 750_000))]

    assert stated == [True, False, True]
    assert counting.bridges_told(counting.held_money(ANALYST, state="NER", year=2025))["policies"][2]["total"] == 25  # type: ignore[index]
    assert JournalLine.objects.filter(act="funding.split-stated").count() == 2


def test_a_cancelled_import_leaves_nothing(tmp_path: Path) -> None:
    run = brought(page(tmp_path, flow(1)))

    imports.IMPORTERS["fts-flows"].take_back(run, by=ANALYST[0])

    assert (Flow.objects.count(), queries.has_answer(run)) == (0, False)


@pytest.mark.shared
def test_places_of_grants_are_never_public_and_their_codes_are_named_by_the_code_tables(shared: Path) -> None:
    for name in ("cbpf_project_locations_ner_bfa.csv", "cbpf_projects_ner_bfa.csv", *CODE_TABLES):
        brought(shared / "funding" / name)
    grant = queries.flows(ANALYST).get(flow="NER-21/NI_CBPF_RHPF/SA/CP/INGO/20180")

    assert set(GrantPlace.objects.values_list("sensitivity", flat=True)) == {"restricted"}
    assert set(GrantPlace.objects.values_list("owner_state", flat=True)) == {"NER", "BFA"}
    assert code_names.facts_of_grant(ANALYST, grant) == [("Type d'organisation", "International NGO"), ("Allocation", "2021 Standard Allocation (standard)")]
    assert {code_names.names_of(ANALYST, code_names.CLUSTERS).of(code_names.CLUSTERS, each.cluster) for each in queries.places_of(ANALYST, grant)} == {"Protection"}


@pytest.mark.shared
def test_flexible_is_not_held_where_the_table_of_hdx_does_not_carry_it(shared: Path) -> None:
    for part in ("incoming", "internal", "outgoing"):
        brought(shared / f"funding/fts_flows_{part}_2026_4_countries.csv")
    money = counting.held_money(ANALYST, state="NER", year=2026)

    told: Any = counting.quality_told(money, counting.quality_of(money, counting.in_need(ANALYST, year=2026)))

    assert told["flexible"] is None and told["measures"]["flexible"]["why_en"].startswith("no figure held")
    assert {measure["denominator"] for measure in told["measures"].values()} == {told["counted"]}
    assert all(each["adds_up"] for each in counting.bridges_told(money)["bridges"])  # type: ignore[attr-defined]


@pytest.mark.shared
def test_what_a_pooled_fund_says_again_is_counted_by_no_policy(shared: Path) -> None:
    brought(shared / "funding/cbpf_projects_ner_bfa.csv")

    assert counting.held_money(ANALYST).frame.is_empty()
    assert queries.flows(ANALYST).count() == 204
