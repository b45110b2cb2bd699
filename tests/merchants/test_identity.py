"""Numbers that identify a business or its account, places and trades."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import IBAN

from ledger.errors import Refusal
from merchants.errors import (
    BicInvalid,
    CommuneCodeUnknown,
    CommuneNotAtPostcode,
    IbanInvalid,
    IbanOutsideSepa,
    NafUnknown,
    PostcodeMalformed,
    PostcodeUnknown,
    SirenInvalid,
    SiretInvalid,
    VatNumberInvalid,
)
from merchants.shops.identity import bic, iban, masked_iban, siren, siret, vat_number
from merchants.shops.places import Place, place
from merchants.shops.trades import trade

HOSTILE = [
    "",
    " ",
    "\0",
    "\ud800",
    "3900984240003٤",
    "³90098424",
    "9" * 5_000_000,
    "390098424\0 00034",
    "= 39009842400034",
    "FR76\ud8003000",
    "ΦR7630006000011234567890189",
    "ſr40303265045",
]
SEPA = [
    "AD", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GI", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "SM", "VA",
    "AL", "MD", "ME", "MK", "RS",
]  # fmt: skip


@pytest.mark.parametrize("typed", ["39009842400034", "390 098 424 00034", "390\u00a0098\u202f424\u00a000034\ufeff\n"])
def test_a_siret_is_read_whatever_its_spaces(typed: str) -> None:
    assert siret(typed) == "39009842400034"


@pytest.mark.parametrize(
    "typed", ["39009842400035", "3900984240003", "390098424000340", "00000000000000", "3.90098E+13", "3900984240003O"]
)
def test_a_wrong_siret_is_refused(typed: str) -> None:
    with pytest.raises(SiretInvalid) as refused:
        siret(typed)
    assert refused.value.typed == typed
    assert refused.value.name == "siret-invalid"


def test_la_poste_s_shops_are_checked_by_the_sum_of_their_digits() -> None:
    assert siret("35600000000048") == "35600000000048"  # the head office, by Luhn
    assert siret("35600000049837") == "35600000049837"  # Luhn refuses it; its digits add up to 45
    with pytest.raises(SiretInvalid):
        siret("35600000049838")


def test_one_wrong_digit_in_a_siret_never_passes() -> None:
    right = "39009842400034"
    for at in range(14):
        for digit in "0123456789":
            if digit != right[at]:
                with pytest.raises(SiretInvalid):
                    siret(right[:at] + digit + right[at + 1 :])


def test_a_siren_and_a_vat_number_are_read() -> None:
    assert siren("390 098 424") == "390098424"
    assert vat_number("Fr 40 303 265 045") == vat_number("40303265045") == "FR40303265045"
    assert vat_number("FR K7 399 859 412") == "FRK7399859412"
    with pytest.raises(SirenInvalid):
        siren("390098425")
    with pytest.raises(VatNumberInvalid):
        vat_number("FR41303265045")
    with pytest.raises(VatNumberInvalid):
        vat_number("BE0403019261")


@pytest.mark.parametrize(
    "typed",
    ["fr76 3000 6000 0112 3456 7890 189", "FR14 2004 1010 0505 0001 3M02 606", "MC58 1122 2000 0101 2345 6789 030"],
)
def test_an_iban_is_read(typed: str) -> None:
    assert iban(typed) == typed.upper().replace(" ", "")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("FR7630006000011234567890188", "checksum"),
        (str(IBAN.from_bban("FR", "30006000011234567890188")), "national-key"),
        ("FR76300060000112345678901", "form"),
        ("XX7630006000011234567890189", "form"),
        ("FR", "form"),
    ],
)
def test_a_wrong_iban_is_refused_with_what_is_wrong(typed: str, reason: str) -> None:
    with pytest.raises(IbanInvalid) as refused:
        iban(typed)
    assert refused.value.reason == reason


def test_an_iban_out_of_reach_of_sepa_is_refused_and_recent_members_are_not() -> None:
    for typed in ("MA64011519000001205000534921", "BR1800360305000010009795493C1", "TR330006100519786457841326"):
        with pytest.raises(IbanOutsideSepa):
            iban(typed)
    assert iban("RS35260005601001611379") == "RS35260005601001611379"
    assert iban("AL47212110090000000235698741") == "AL47212110090000000235698741"


@pytest.mark.parametrize("country", SEPA)
def test_every_sepa_country_s_accounts_are_read_without_a_warning(country: str) -> None:
    for _ in range(5):
        typed = str(IBAN.random(country))
        assert iban(typed) == typed


def test_a_refused_iban_shows_only_its_ends() -> None:
    assert masked_iban("fr76 3000 6000 0112 3456 7890 189") == "FR76 •••• •••• 0189"
    assert masked_iban("FR76") == masked_iban("not an account") == "•••• ••••"
    with pytest.raises(IbanInvalid) as refused:
        iban("FR7630006000011234567890188")
    assert "30006000" not in str(refused.value)


def test_a_bic_is_read() -> None:
    assert bic("agri frpp 882") == "AGRIFRPP882"
    assert bic("BNPAFRPP") == "BNPAFRPP"
    for typed in ("BNPAFRP", "BNPAXXPP", "BNPAFRPPXX", "BNPA-ΦRPP"):
        with pytest.raises(BicInvalid):
            bic(typed)


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("check", [siret, siren, vat_number, iban, bic, trade])
def test_hostile_text_is_refused_by_name_and_shortened(check, typed: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refusal) as refused:
        check(typed)
    assert len(str(refused.value)) < 200
    str(refused.value).encode()


@given(st.text(st.characters(codec=None)))
def test_any_text_is_read_or_refused_by_name(typed: str) -> None:
    for check in (siret, siren, vat_number, iban, bic, trade, masked_iban, lambda text: place(text, text, text)):
        try:
            check(typed)  # type: ignore[operator]
        except Refusal as refused:
            str(refused).encode()


@pytest.mark.parametrize("typed", ["56.10A", "5610A", "5610a", " 56.10 A", "56.10\u00a0A"])
def test_a_trade_is_found_with_or_without_its_point(typed: str) -> None:
    assert trade(typed).naf == "56.10A"
    assert trade(typed).label == "Restauration traditionnelle"


@pytest.mark.parametrize("typed", ["56.10", "56.10E", "00.00Z", "5610AA"])
def test_an_unknown_trade_is_refused(typed: str) -> None:
    with pytest.raises(NafUnknown):
        trade(typed)


@pytest.mark.parametrize(
    ("postcode", "commune", "code", "expected"),
    [
        ("13100", "AIX EN PROVENCE", "13001", ("Aix-en-Provence", "13001")),
        ("13 100", "aix-en-provence", "", ("Aix-en-Provence", "13001")),
        ("13210", "St Rémy de Provence", "", ("Saint-Rémy-de-Provence", "13100")),
        ("13460", "STES MARIES DE LA MER", "", ("Saintes-Maries-de-la-Mer", "13096")),
        ("13130", "BERRE L’ÉTANG", "", ("Berre-l'Étang", "13014")),
        ("13170", "PENNES MIRABEAU (LES)", "", ("Les Pennes-Mirabeau", "13071")),
        ("13520", "Le Paradou", "", ("Paradou", "13068")),
        ("13230", "PORT SAINT LOUIS", "", ("Port-Saint-Louis-du-Rhône", "13078")),
        ("13230", "PORT SAINT LOUIS", "13078", ("Port-Saint-Louis-du-Rhône", "13078")),
        ("13290", "LES MILLES", "13001", ("Aix-en-Provence", "13001")),
        ("13002", "MARSEILLE 2", "13202", ("Marseille", "13202")),
        ("13002", "Marseille 02", "", ("Marseille", "13202")),
        ("13001", "Marseille 1er Arrondissement", "13201", ("Marseille", "13201")),
        ("13016", "Marseille 16ème", "", ("Marseille", "13216")),
        ("13016", "MARSEILLE", "", ("Marseille", "13216")),
        ("13016", "MARSEILLE", "13055", ("Marseille", "13216")),
        ("13016", "MARSEILLE 16", "13055", ("Marseille", "13216")),
        ("13002", "MARSEILLE CEDEX 02", "", ("Marseille Cedex 2", "13202")),
        ("13097", "AIX EN PROVENCE CEDEX 2", "", ("Aix-en-Provence Cedex 2", "13001")),
        ("13751", "Les Pennes-Mirabeau Cedex", "13071", ("Les Pennes-Mirabeau Cedex", "13071")),
        ("13256", "MARSEILLE CEDEX 20", "", ("Marseille Cedex 20", "13055")),
        ("13780", "Riboux", "83105", ("Riboux", "83105")),
        ("75011", "Paris", "", ("Paris", None)),
        ("20000", "Ajaccio", "2A004", ("Ajaccio", "2A004")),
        ("97400", "Saint-Denis", "", ("Saint-Denis", None)),
        ("01000", "Bourg-en-Bresse", "01053", ("Bourg-en-Bresse", "01053")),
    ],
)
def test_a_commune_is_found_however_it_is_spelled(
    postcode: str, commune: str, code: str, expected: tuple[str, str | None]
) -> None:
    assert place(postcode, commune, code) == Place(postcode.replace(" ", ""), *expected)


@pytest.mark.parametrize(
    ("postcode", "commune", "code", "refusal"),
    [
        ("1300", "MARSEILLE", "", PostcodeMalformed),
        ("00100", "ROMA", "", PostcodeMalformed),
        ("99999", "AILLEURS", "", PostcodeMalformed),
        ("13O01", "MARSEILLE", "", PostcodeMalformed),
        ("13999", "AIX EN PROVENCE", "13001", PostcodeUnknown),
        ("13097", "AIX EN PROVENCE", "", PostcodeUnknown),
        ("13100", "AUBAGNE", "", CommuneNotAtPostcode),
        ("13100", "AUBAGNE", "13001", CommuneNotAtPostcode),
        ("13100", "AIX EN PROVENCE", "13005", CommuneNotAtPostcode),
        ("13002", "MARSEILLE 3", "", CommuneNotAtPostcode),
        ("13002", "MARSEILLE 2", "13203", CommuneNotAtPostcode),
        ("13002", "MARSEILLE 3", "13202", CommuneNotAtPostcode),
        ("13002", "MARSEILLE 3", "13055", CommuneNotAtPostcode),
        ("13100", "LES MILES", "", CommuneNotAtPostcode),
        ("13097", "NOWHERE CEDEX", "", CommuneNotAtPostcode),
        ("75001", "AIX EN PROVENCE", "13001", CommuneNotAtPostcode),
        ("13100", "AIX EN PROVENCE", "13999", CommuneCodeUnknown),
        ("75001", "PARIS", "PARIS", CommuneCodeUnknown),
    ],
)
def test_a_place_that_does_not_hold_together_is_refused(
    postcode: str, commune: str, code: str, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        place(postcode, commune, code)


def test_a_refused_commune_comes_with_those_that_the_postcode_serves() -> None:
    with pytest.raises(CommuneNotAtPostcode) as refused:
        place("13600", "CASSIS")
    assert refused.value.served == ("Ceyreste", "La Ciotat")
