"""Statements of banks and mobile money, read to reconcile pledges: the day, the amount, the currency, the reference, and no one's name.

Names, telephones, account numbers and free labels are left out. Where a node gives its secret, whoever paid has a key made with it, the same each
time, from which no name can be had back. The decimal sign is settled by the whole column; what could be read two ways is not kept.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from concertation.core.money import DIGITS, is_currency
from concertation.core.problems import Cell, Problem
from concertation.core.spelling import fold
from concertation.core.written_values import read_dates
from concertation.formats.sheets import ROW, Table
from concertation.formats.table_lines import minor_or_none

STATEMENT_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.UInt32(), "day": pl.Date(), "amount_minor": pl.Int64(), "currency": pl.String(), "reference": pl.String(), "promised": pl.String(), "payer_key": pl.String(),
}  # fmt: skip
WORDS: Mapping[str, tuple[str, ...]] = {
    "day": ("date operation", "date de l operation", "date d operation", "transaction date", "date transaction", "completion time", "date et heure", "date", "jour"),
    "credit": ("credit", "paid in", "depot", "montant credit", "entree", "recu", "money in"),
    "debit": ("debit", "withdrawn", "retrait", "montant debit", "sortie", "envoye", "money out"),
    "amount": ("montant", "amount", "somme", "valeur", "transaction amount"),
    "currency": ("devise", "currency", "monnaie"),
    "reference": ("reference", "ref", "receipt no", "id transaction", "transaction id", "identifiant", "numero de transaction", "no piece", "recu no"),
    "status": ("statut", "status", "etat", "transaction status"),
    "label": ("libelle", "description", "details", "motif", "objet", "communication"),
    "payer": ("nom", "expediteur", "emetteur", "donneur d ordre", "payeur", "sender", "from", "payer", "other party info", "name", "numero", "telephone", "phone", "msisdn", "compte", "account"),
}  # fmt: skip
CFA = frozenset({"fcfa", "cfa", "f cfa", "franc cfa", "francs cfa"})
CFA_CODE = "XOF"
DONE = frozenset({"completed", "complete", "succes", "success", "successful", "reussi", "reussie", "effectue", "effectuee", "termine", "terminee", "valide", "validee", "ok", "paid"})
BLANKS = re.compile(r"[\s'’\u00a0\u202f]")
SIGNED = re.compile(r"^([-+−(]?)([\d.,]+)([-+−)]?)$")
TAIL = re.compile(r"([.,])(\d+)$")
KEY_BYTES = 16
CODE = re.compile(r"(?=.*\d)[A-Za-z0-9._/#:-]{1,40}", re.ASCII)
LIKE_A_TELEPHONE = re.compile(r"(\+|00)?(22[3678])?\d{8}")
WORDED = re.compile(r"[^\W\d_]{4,}")
NOT_REPEATED = "(texte)"


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """The movements of a statement (STATEMENT_SCHEMA): money in above nothing, money out below; and the problems met."""

    frame: pl.DataFrame
    problems: tuple[Problem, ...]


def columns_of(table: Table) -> dict[str, str]:
    """The letter of each column that was recognised by its heading, words with a currency behind them too.

    >>> columns_of(Table("s", 1, {"A": "Date opération", "B": "Montant (FCFA)", "C": "Nom du client", "D": "Libellé"}, {}, pl.DataFrame()))
    {'day': 'A', 'amount': 'B', 'label': 'D', 'payer': 'C'}
    """
    folded = {letter: fold(heading) for letter, heading in table.headings.items()}
    found: dict[str, str] = {}
    for name, words in WORDS.items():
        exact = (letter for word in words for letter, heading in folded.items() if heading == word)
        begun = (letter for word in words for letter, heading in folded.items() if heading.startswith(f"{word} ") and letter not in found.values())
        letter = next((letter for letter in (*exact, *begun) if letter not in found.values()), None)
        if letter is not None:
            found[name] = letter
    return found


def is_statement(table: Table) -> bool:
    """Whether a table has days, and amounts or money in and out."""
    found = columns_of(table)
    return "day" in found and ("amount" in found or {"credit", "debit"} <= found.keys())


def read_statement(table: Table, *, today: date, currency: str = "", references: Collection[str] = (), secret: bytes = b"") -> ReadStatement:
    """The movements of one statement; `currency` holds where the file names none, `references` are those pledges await (column `promised`).

    Yields required-column-missing, amount-without-currency, currency-unknown, statement-currency-supposed, statement-not-done,
    statement-both-sides, number-ambiguous, number-unreadable, statement-two-decimal-signs, the problems of `read_dates`,
    and personal-data-masked.
    """
    found = columns_of(table)
    missing = [Problem("required-column-missing", Cell(table.sheet, table.heading_row), word) for word in wanted(found)]
    if missing:
        return ReadStatement(pl.DataFrame(schema=STATEMENT_SCHEMA), tuple(missing))
    told = [*left_out_columns(table, found)]
    days, wrong_days = read_days(table, found["day"], today)
    amounts = {name: Amounts.of(table, letter, told) for name, letter in found.items() if name in ("amount", "credit", "debit")}
    rows, without = [], 0
    for line in table.frame.iter_rows(named=True):
        if not is_done(line, found, table, told):
            continue
        code = currency_of(line, found, table, currency, told)
        minor = moved(line, amounts, code, table, told)
        without += code is None and minor is None
        rows.append({
            "row": line[ROW], "day": days.get(line[ROW]), "amount_minor": minor, "currency": code, "reference": code_in(text_of(line, found, "reference")),
            "promised": promised_in(line, found, references), "payer_key": key_of(text_of(line, found, "payer"), secret),
        })  # fmt: skip
    if without:
        told.append(Problem("amount-without-currency", Cell(table.sheet, table.heading_row), detail={"count": str(without)}))
    return ReadStatement(pl.DataFrame(rows, schema=STATEMENT_SCHEMA), (*told, *wrong_days))


def wanted(found: Mapping[str, str]) -> Iterator[str]:
    """The headings without which nothing can be read."""
    if "day" not in found:
        yield "Date"
    if "amount" not in found and not {"credit", "debit"} <= found.keys():
        yield "Montant"


def left_out_columns(table: Table, found: Mapping[str, str]) -> Iterator[Problem]:
    """One note for each column of persons or free words, which nothing keeps."""
    for name in ("payer", "label"):
        if name in found and found[name] in table.frame.columns:
            filled = table.frame[found[name]].drop_nulls().len()
            yield Problem("personal-data-masked", Cell(table.sheet, table.heading_row, found[name]), detail={"count": str(filled), "column": table.headings[found[name]]})


def read_days(table: Table, letter: str, today: date) -> tuple[dict[int, date], list[Problem]]:
    """The day of each row, the order of day and month settled by the whole column."""
    written = table.frame[letter].str.strip_chars().str.replace(r"[T ]\d{1,2}:\d\d.*$", "")
    read = {line["written"]: (line["value"], line["flaw"]) for line in read_dates(written.drop_nulls().unique(maintain_order=True), newest_start=today).iter_rows(named=True)}
    days, wrong = {}, list[Problem]()
    for row, text in zip(table.frame[ROW], written, strict=True):
        value, flaw = read.get(text, (None, None))
        if value is not None:
            days[row] = value
        if flaw is not None:
            wrong.append(Problem(flaw, Cell(table.sheet, row, letter), harmless(text)))
    return days, wrong


@dataclass(frozen=True, slots=True)
class Amounts:
    """A column of amounts and its decimal sign: a point, a comma, or nothing where no text of the column settles it."""

    letter: str
    decimal: str | None

    @classmethod
    def of(cls, table: Table, letter: str, told: list[Problem]) -> "Amounts":
        """Settle the decimal sign by every text of a column; one that holds both is told."""
        texts = [BLANKS.sub("", text) for text in table.frame[letter].drop_nulls()] if letter in table.frame.columns else []
        signs = {sign for text in texts if (sign := decimal_in(text))}
        if len(signs) > 1:
            told.append(Problem("statement-two-decimal-signs", Cell(table.sheet, table.heading_row, letter), table.headings[letter]))
        return cls(letter, signs.pop() if len(signs) == 1 else None)


def decimal_in(text: str) -> str:
    """The decimal sign a text proves, empty when it proves none.

    >>> decimal_in("1.234,50"), decimal_in("12,5"), decimal_in("1,234"), decimal_in("1,234,567")
    (',', ',', '', '.')
    """
    bare = text.strip("+-−()")
    tail = TAIL.search(bare)
    if tail is None:
        return ""
    sign, other = tail[1], "," if tail[1] == "." else "."
    if bare.count(sign) > 1:
        return other
    return sign if other in bare or len(tail[2]) != 3 else ""


def number_of(text: str, decimal: str | None, digits: int) -> tuple[str | None, str]:
    """A written amount as plain digits, or why it cannot be read.

    >>> number_of("(1 234,50)", ",", 2), number_of("1.234", None, 2), number_of("1.234", None, 0), number_of("12 F", None, 0)
    (('-1234.50', ''), (None, 'number-ambiguous'), ('1234', ''), (None, 'number-unreadable'))
    """
    found = SIGNED.fullmatch(BLANKS.sub("", text))
    if found is None or not re.search(r"\d", found[2]):
        return None, "number-unreadable"
    sign = "-" if found[1] in ("-", "−", "(") or found[3] in ("-", "−", ")") else ""
    body = found[2]
    settled = decimal or (("." if "," in body else ",") if digits == 0 else "")
    if not settled:
        if "." in body or "," in body:
            return None, "number-ambiguous"
        return sign + body, ""
    plain = body.replace("," if settled == "." else ".", "").replace(settled, ".")
    return (sign + plain, "") if re.fullmatch(r"\d+(\.\d+)?", plain) else (None, "number-unreadable")


def moved(line: Mapping[str, Any], amounts: Mapping[str, Amounts], currency: str | None, table: Table, told: list[Problem]) -> int | None:
    """What a row moved, in minor units: in above nothing, out below; none, and why, where it cannot be told."""
    filled = [(name, column, text) for name, column in amounts.items() if (text := (line.get(column.letter) or "").strip()) and not re.fullmatch(r"[0.,\s-]+", text)]
    sides = [each for each in filled if each[0] != "amount"] or filled
    if len(sides) > 1:
        told.append(Problem("statement-both-sides", Cell(table.sheet, line[ROW], sides[0][1].letter), " / ".join(harmless(text) for _, _, text in sides)))
        return None
    if not sides or currency is None:
        return 0 if not sides and currency is not None and any(line.get(column.letter) for column in amounts.values()) else None
    name, column, text = sides[0]
    plain, flaw = number_of(text, column.decimal, DIGITS[currency])
    minor = minor_or_none(plain, currency)
    if minor is None:
        told.append(Problem(flaw or "number-unreadable", Cell(table.sheet, line[ROW], column.letter), harmless(text)))
        return None
    return -abs(minor) if name == "debit" else minor


def currency_of(line: Mapping[str, Any], found: Mapping[str, str], table: Table, default: str, told: list[Problem]) -> str | None:
    """The currency of a row: its own, else that of the headings, else the one stated; francs CFA are those of the West African union."""
    headings = " ".join(table.headings[letter] for name, letter in found.items() if name in ("amount", "credit", "debit"))
    written = text_of(line, found, "currency") or next((word for word in re.findall(r"\b[A-Z]{3,4}\b", headings) if is_currency(word) or fold(word) in CFA), "") or default
    if fold(written) in CFA:
        if not any(problem.code == "statement-currency-supposed" for problem in told):
            told.append(Problem("statement-currency-supposed", Cell(table.sheet, line[ROW], found.get("currency")), written))
        return CFA_CODE
    if not written:
        return None
    if not is_currency(written.upper()):
        told.append(Problem("currency-unknown", Cell(table.sheet, line[ROW], found.get("currency")), harmless(written)))
        return None
    return written.upper()


def is_done(line: Mapping[str, Any], found: Mapping[str, str], table: Table, told: list[Problem]) -> bool:
    """Whether a movement was carried out; where a status says otherwise, it is told and left out."""
    status = text_of(line, found, "status")
    if not status or fold(status) in DONE:
        return True
    told.append(Problem("statement-not-done", Cell(table.sheet, line[ROW], found["status"]), harmless(status)))
    return False


def text_of(line: Mapping[str, Any], found: Mapping[str, str], name: str) -> str:
    """The text of a recognised column, empty when there is none."""
    return str(line.get(found[name]) or "").strip() if name in found else ""


def promised_in(line: Mapping[str, Any], found: Mapping[str, str], references: Iterable[str]) -> str | None:
    """The one awaited reference that a row names in its reference or label; none when it names none, or several."""
    words = f" {fold(text_of(line, found, 'reference'))} {fold(text_of(line, found, 'label'))} "
    named = [reference for reference in references if f" {fold(reference)} " in words]
    return named[0] if len(named) == 1 else None


def code_in(written: str) -> str | None:
    """A reference that is a code; none for words, and for what could be somebody's telephone.

    >>> code_in("MP2403.1011.A1"), code_in("don de A. B."), code_in("90123456")
    ('MP2403.1011.A1', None, None)
    """
    return written if CODE.fullmatch(written) and not LIKE_A_TELEPHONE.fullmatch(written) else None


def harmless(written: str) -> str:
    """A text as a problem may repeat it: not when it holds words or a telephone, which may be a person's.

    >>> harmless("1,234"), harmless("SYNTHETIC PERSON"), harmless("90123456")
    ('1,234', '(texte)', '(texte)')
    """
    return NOT_REPEATED if WORDED.search(written) or LIKE_A_TELEPHONE.search(written) else written[:40]


def key_of(payer: str, secret: bytes) -> str | None:
    """A key of whoever paid, made with the node's secret; none without a secret or a name.

    >>> key_of("A. B.", b""), key_of("A. B.", b"s") == key_of("a b", b"s"), len(key_of("A. B.", b"s") or "")
    (None, True, 32)
    """
    bare = fold(payer)
    return hashlib.blake2b(bare.encode(), key=secret[:64], digest_size=KEY_BYTES).hexdigest() if secret and bare else None
