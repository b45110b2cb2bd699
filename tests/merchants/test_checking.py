"""Judging the lines of a list: the real extract, a spoiled copy of it, and one shop at a time."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import Refusal
from ledger.formats import LANGUAGES
from merchants.errors import (
    ColumnsMissing,
    Fault,
    FileTooLarge,
    FileUnreadable,
    ShopFieldsInvalid,
    TooLarge,
    Unreadable,
)
from merchants.shops.checking import BadLine, check_rows, check_shop
from merchants.shops.columns import FIELDS, Field
from merchants.shops.reading import read_rows
from merchants.shops.reasons import SENTENCES, Code, field_name, file_sentence, sentence

REAL = Path(__file__).parents[2] / "api" / "demo" / "data" / "shops_13.csv"
SHOP: dict[Field, str] = {
    "siret": "39009842400034",
    "usual_name": "Bar Pierre",
    "street": "55 rue de Forbin",
    "postcode": "13002",
    "commune": "Marseille",
    "naf": "5630Z",
}


def bad_of(*changes: dict[str, str], known: tuple[str, ...] = ()) -> list[BadLine]:
    """The bad lines of a list of shops that differ from a good one by `changes`."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS)
    writer.writeheader()
    writer.writerows({**SHOP, **change} for change in changes)
    return list(check_rows(read_rows(text.getvalue().encode("utf-8", "surrogatepass")), known).bad)


def test_the_real_extract_imports_and_its_four_bad_lines_are_truly_bad() -> None:
    rows = read_rows(REAL.read_bytes())
    checked = check_rows(rows, ())
    assert (len(rows.rows), len(checked.good)) == (1457, 1453)
    assert checked.bad == (
        BadLine(1300, "naf", "naf-missing"),
        BadLine(1341, "postcode", "postcode-unknown", "13751"),  # a CEDEX code, without the word
        BadLine(1342, "postcode", "postcode-unknown", "13097"),
        BadLine(1355, "naf", "naf-missing"),
    )
    assert sum(shop.commune == "Marseille" for shop in checked.good) == 753


def test_a_spoiled_copy_gives_exactly_the_bad_lines() -> None:
    lines = list(csv.reader(io.StringIO(REAL.read_text("utf-8"))))[:1200]
    head = lines[0] = [*lines[0], "IBAN"]
    at = {title: position for position, title in enumerate(head)}
    for line in lines[1:]:
        line.append("FR76 3000 6000 0112 3456 7890 189")

    def spoil(line: int, title: str, value: str) -> None:
        lines[line - 1][at[title]] = value

    siret = lines[9][at["siret"]]
    flipped = siret[:5] + str((int(siret[5]) + 1) % 10) + siret[6:]
    spoil(10, "siret", flipped)
    twin = lines[19][at["siret"]]
    spoil(30, "siret", twin)
    spoil(40, "codePostalEtablissement", "13999")
    spoil(50, "codePostalEtablissement", "1300")
    spoil(60, "codePostalEtablissement", "13400")
    spoil(70, "IBAN", "FR76 3000 6000 0112 3456 7890 188")
    for title in ("enseigne1Etablissement", "denominationUsuelleEtablissement", "denominationUniteLegale"):
        spoil(80, title, " ")
    spoil(90, "enseigne1Etablissement", '=HYPERLINK("http://evil.example";"x")')
    spoil(100, "enseigne1Etablissement", "Crêperie #")  # its last byte will be Windows-1252's é
    spoil(110, "activitePrincipaleEtablissement", "99.99X")
    spoil(110, "libelleCommuneEtablissement", "")
    lines.insert(119, [])
    known = lines[129][at["siret"]]
    commune = lines[59][at["libelleCommuneEtablissement"]]

    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(lines)
    content = b"\xef\xbb\xbf" + text.getvalue().encode().replace("Crêperie #".encode(), "Crêperi".encode() + b"\xe9")
    rows = read_rows(content)
    checked = check_rows(rows, {known})

    assert checked.bad == (
        BadLine(10, "siret", "siret-invalid", flipped),
        BadLine(30, "siret", "siret-duplicate-in-file", twin, other_line=20),
        BadLine(40, "postcode", "postcode-unknown", "13999"),
        BadLine(50, "postcode", "postcode-malformed", "1300"),
        BadLine(60, "commune", "commune-not-at-postcode", commune, "Aubagne"),
        BadLine(70, "iban", "iban-invalid", "FR76 •••• •••• 0188"),
        BadLine(80, "name", "name-missing"),
        BadLine(90, "name", "formula", '=HYPERLINK("http://evil.example";"x")'),
        BadLine(110, "commune", "commune-missing"),
        BadLine(110, "naf", "naf-unknown", "99.99X"),
        BadLine(130, "siret", "siret-already-registered", known),
    )
    assert rows.empty_lines == 1
    assert len(checked.good) == 1199 - 10
    assert "Crêperié" in {shop.name for shop in checked.good}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"siret": ""}, ("siret", "siret-missing", "")),
        ({"siret": "3,90098E+13"}, ("siret", "siret-rounded", "3,90098E+13")),
        ({"siret": "=A1"}, ("siret", "formula", "=A1")),
        ({"usual_name": "-"}, ("name", "name-missing", "")),
        ({"usual_name": "+33 café"}, ("name", "formula", "+33 café")),
        ({"usual_name": "\t@SUM(A1)"}, ("name", "formula", "@SUM(A1)")),
        ({"usual_name": "#REF!"}, ("name", "formula", "#REF!")),
        ({"usual_name": "Caf\0"}, ("name", "characters-forbidden", "Caf�")),
        ({"usual_name": "Caf\u202eé"}, ("name", "characters-forbidden", "Caf�é")),
        ({"usual_name": "x" * 121}, ("name", "name-too-long", "x" * 39 + "…")),
        ({"street": "=1+1"}, ("street", "formula", "=1+1")),
        ({"street": "x" * 201}, ("street", "text-too-long", "x" * 39 + "…")),
        ({"postcode": ""}, ("postcode", "postcode-missing", "")),
        ({"commune": "x" * 101}, ("commune", "text-too-long", "x" * 39 + "…")),
        ({"commune_code": "13999"}, ("commune_code", "commune-code-unknown", "13999")),
        ({"iban": "MA64011519000001205000534921"}, ("iban", "iban-outside-sepa", "MA64 •••• •••• 4921")),
        ({"iban": "=FR7630006000011234567890189"}, ("iban", "formula", "•••• ••••")),
        ({"bic": "BNPA"}, ("bic", "bic-invalid", "BNPA")),
        ({"email": "bar@pierre"}, ("email", "email-invalid", "bar@pierre")),
        ({"latitude": "43.3"}, ("longitude", "coordinates-invalid", "")),
        ({"latitude": "nan", "longitude": "5"}, ("latitude", "coordinates-invalid", "nan")),
        ({"latitude": "43.3", "longitude": "190"}, ("longitude", "coordinates-invalid", "190")),
    ],
)
def test_each_fault_has_its_field_and_its_reason(change: dict[str, str], fault: tuple[str, str, str]) -> None:
    assert [(one.field, one.code, one.value) for one in bad_of(change)] == [fault]


def test_every_fault_of_a_line_is_listed() -> None:
    codes = [one.code for one in bad_of({"siret": "1", "usual_name": "", "naf": "x", "postcode": "9", "bic": "?"})]
    assert Counter(codes) == Counter(
        ("siret-invalid", "name-missing", "naf-unknown", "postcode-malformed", "bic-invalid")
    )


def test_the_name_is_the_sign_else_the_usual_name_else_the_legal_one() -> None:
    names: dict[Field, str] = {"sign": "Chez Pierre", "usual_name": "Bar Pierre", "legal_name": "PIERRE SARL"}
    assert check_shop(SHOP | names).name == "Chez Pierre"
    assert check_shop(SHOP | names | {"sign": " "}).name == "Bar Pierre"
    last = check_shop(SHOP | names | {"sign": "", "usual_name": ""})
    assert (last.name, last.legal_name) == ("PIERRE SARL", "PIERRE SARL")


@pytest.mark.parametrize("name", ["Łódź", "Ὀβολός", "A & B <b>", "L'Été — 1664", "Café\u00a0du\u202fPort 🥖"])
def test_a_name_in_any_script_is_kept(name: str) -> None:
    assert check_shop({**SHOP, "usual_name": name}).name == " ".join(name.split())


def test_a_shop_is_kept_in_one_form() -> None:
    shop = check_shop(
        {
            **SHOP,
            "street_number": "55", "street_repeat": "B", "street_type": "av", "street": "de  Forbin",
            "iban": "fr76 3000 6000 0112 3456 7890 189", "bic": "agrifrpp", "email": " bar@pierre.fr ",
            "latitude": "43,304965", "longitude": "-5.368438",
        }
    )  # fmt: skip
    assert shop.street == "55 bis Avenue de Forbin"
    assert (shop.naf, shop.trade) == ("56.30Z", "Débits de boissons")
    assert (shop.iban, shop.bic, shop.email) == ("FR7630006000011234567890189", "AGRIFRPP", "bar@pierre.fr")
    assert (shop.latitude, shop.longitude) == (43.304965, -5.368438)
    assert replace(shop, street="") == check_shop({**SHOP, "street": "", "iban": shop.iban or "", "bic": "AGRIFRPP",
        "email": "bar@pierre.fr", "latitude": "43.304965", "longitude": "-5.368438"})  # fmt: skip


def test_a_shop_by_api_is_refused_with_every_fault() -> None:
    with pytest.raises(ShopFieldsInvalid) as refused:
        check_shop({**SHOP, "siret": "39009842400035", "iban": "FR7630006000011234567890188"})
    assert refused.value.faults == (
        Fault("siret", "siret-invalid", "39009842400035"),
        Fault("iban", "iban-invalid", "FR76 •••• •••• 0188"),
    )
    assert "30006" not in str(refused.value)


def test_an_empty_shop_is_refused_field_by_field() -> None:
    with pytest.raises(ShopFieldsInvalid) as refused:
        check_shop({})
    assert {one.field for one in refused.value.faults} == {"siret", "name", "postcode", "commune", "naf"}


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(st.characters(codec=None), max_size=60)))
def test_any_fields_are_a_shop_or_a_named_refusal_that_can_be_said(fields: dict[Field, str]) -> None:
    try:
        check_shop({**SHOP, **fields})
    except ShopFieldsInvalid as refused:
        for one in refused.faults:
            for language in LANGUAGES:
                sentence(one.code, language, value=one.value, expected=one.expected).encode()
                field_name(one.field, language)


def test_every_reason_has_a_sentence_in_each_language_that_says_what_to_do() -> None:
    assert set(SENTENCES) == set(get_args(Code))
    for code in get_args(Code):
        french, english = (sentence(code, language, value="VALUE", expected="OTHERS", line=7) for language in LANGUAGES)
        assert french != english
        for said in (french, english):
            assert "{" not in said
            assert said.endswith(".")
            assert said.count(". ") + said.count("; ") >= 1  # what is wrong, then what to do


def test_every_refused_file_has_a_sentence_in_each_language() -> None:
    refusals: list[Refusal] = [ColumnsMissing(missing=("siret", "name"), found=())]
    refusals += [FileUnreadable(reason=reason, line=7) for reason in get_args(Unreadable)]
    refusals += [FileTooLarge(unit=unit, limit=100_000) for unit in get_args(TooLarge)]
    for refusal in refusals:
        french, english = (file_sentence(refusal, language) for language in LANGUAGES)  # type: ignore[arg-type]
        assert french != english
        assert "{" not in french + english
    assert "100\u00a0000 lignes" in file_sentence(FileTooLarge(unit="lines", limit=100_000), "fr")
