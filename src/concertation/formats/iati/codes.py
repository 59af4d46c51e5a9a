"""Code lists of IATI 2.03 that reading and checking lean on: bare facts of the standard. Longer lists (sectors, regions) come from a folder the user names.
"""

from collections.abc import Mapping
from pathlib import Path

from lxml import etree

WRITTEN = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR "
    "CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU "
    "ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ "
    "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI "
    "SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW "
)
COUNTRIES = frozenset(WRITTEN.split())
STATES: Mapping[str, str] = {"BF": "BFA", "ML": "MLI", "NE": "NER", "TG": "TGO"}
STATUS: Mapping[str, str] = {"1": "incoming", "2": "commitment", "3": "disbursement", "4": "expenditure", "11": "commitment", "12": "pledge", "13": "pledge"}
EARMARKS: Mapping[str, str] = {"1": "unearmarked", "2": "softly earmarked", "3": "earmarked", "4": "tightly earmarked"}
MODALITIES: Mapping[str, str] = {"1": "cash", "2": "voucher"}
DAC, GLOBAL_CLUSTER = "1", "10"
EARMARK_VOCABULARY, MODALITY_LETTER_VOCABULARY, CASH_VOCABULARY = "2", "3", "4"
LISTS: Mapping[str, frozenset[str]] = {
    "TransactionType": frozenset(str(code) for code in range(1, 14)),
    "ActivityStatus": frozenset("123456"),
    "ActivityDateType": frozenset("1234"),
    "OrganisationRole": frozenset("1234"),
    "OrganisationType": frozenset(["10", "11", "15", "21", "22", "23", "24", "30", "40", "60", "70", "71", "72", "73", "80", "90"]),
    "EarmarkingCategory": frozenset(EARMARKS),
    "CashandVoucherModalities": frozenset(MODALITIES),
    "HumanitarianScopeType": frozenset("12"),
    "HumanitarianScopeVocabulary": frozenset(["1-2", "2-1", "99"]),
    "AidTypeVocabulary": frozenset("1234"),
    "SectorVocabulary": frozenset([*(str(code) for code in range(1, 13)), "98", "99"]),
    "RelatedActivityType": frozenset("12345"),
    "FlowType": frozenset(["10", "20", "21", "22", "30", "35", "36", "37", "40", "50"]),
    "TiedStatus": frozenset("345"),
    "DisbursementChannel": frozenset("1234"),
    "BudgetType": frozenset("12"),
    "BudgetStatus": frozenset("12"),
    "Country": COUNTRIES,
}
MOST_BYTES = 8 << 20


def read_code_list(path: Path) -> frozenset[str]:
    """The codes of one list in the standard's own XML; empty where the file is no list of codes."""
    if path.stat().st_size > MOST_BYTES:
        return frozenset()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(path.read_bytes(), parser)
    except etree.XMLSyntaxError:
        return frozenset()
    return frozenset(code.text.strip() for code in root.iterfind("codelist-items/codelist-item/code") if code.text)


def code_lists(folder: Path | None) -> dict[str, frozenset[str]]:
    """The lists held here, and those of a folder (one XML per list) in their place."""
    read = {path.stem: read_code_list(path) for path in sorted(folder.glob("*.xml"))} if folder else {}
    return {**LISTS, **{name: codes for name, codes in read.items() if codes}}
