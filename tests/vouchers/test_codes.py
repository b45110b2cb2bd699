"""Codes: what reads, what is refused, and what may never happen."""

import random
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouchers import codes
from vouchers.check_symbol import ALPHABET
from vouchers.codes import Code, CodeKey, derive, derive_key, link, lookups, read, spell, wrong_symbols
from vouchers.errors import CodeNotRecognised

MASTER = b"a master secret of some 32 bytes"
MARSEILLE = UUID("0192f0c1-0000-7000-8000-000000000001")
TOULON = UUID("0192f0c1-0000-7000-8000-000000000002")
KEY = derive_key(MASTER, MARSEILLE, 3, b"salt")
KEYS = {3: KEY}
VOUCHER = UUID("0192f0c1-1111-7222-8333-444455556666")
CODE = derive(KEY, VOUCHER)
TOKEN_FOUND, TYPED_FOUND = lookups(CODE, KEY)

vouchers = st.uuids()


def refused(presented: str, keys: dict[int, CodeKey] = KEYS) -> bool:
    try:
        read(presented, keys)
    except CodeNotRecognised:
        return True
    return False


@given(vouchers)
def test_both_codes_of_any_voucher_find_it(voucher: UUID) -> None:
    code = derive(KEY, voucher)
    by_token, by_typed = lookups(code, KEY)
    assert len(code.token) == 22
    assert len(code.typed) == 16
    assert read(code.token, KEYS) == by_token
    assert read(code.typed, KEYS) == by_typed
    assert by_token != by_typed
    assert len(by_token) == len(by_typed) == 16
    assert derive(KEY, voucher) == code


@pytest.mark.parametrize("base", ["https://obole.fr", "http://localhost:8000", "HTTPS://BONS.EXAMPLE/chemin"])
@pytest.mark.parametrize("rest", ["", "/", "?utm_source=mail", "/?a=/v/b#c", "#haut", "\r\n"])
def test_a_link_reads_whatever_its_host_and_tail(base: str, rest: str) -> None:
    assert read(link(base, CODE) + rest, KEYS) == TOKEN_FOUND


def test_a_link_is_the_base_and_the_token() -> None:
    assert link("https://obole.fr", CODE) == f"https://obole.fr/v/{CODE.token}"


def test_the_shown_spelling_groups_by_four_and_reads_back() -> None:
    assert spell("7K3M9QWX2R8TVB5H") == "7K3M-9QWX-2R8T-VB5H"
    assert spell(spell(CODE.typed)) == spell(CODE.typed)
    assert read(spell(CODE.typed), KEYS) == TYPED_FOUND


@pytest.mark.parametrize("separator", ["-", "--", " ", ".", "\u00a0", "\u202f", "–", " - "])
def test_separators_and_case_do_not_matter(separator: str) -> None:
    typed = separator.join(CODE.typed[at : at + 4] for at in range(0, 16, 4))
    assert read(typed, KEYS) == TYPED_FOUND
    assert read(f"  {typed.lower()}\n", KEYS) == TYPED_FOUND


@given(vouchers, st.randoms(use_true_random=False))
def test_look_alikes_read_alike(voucher: UUID, rng: random.Random) -> None:
    code = derive(KEY, voucher)
    alike = "".join(rng.choice({"0": "0Oo", "1": "1IiLl"}.get(symbol, symbol)) for symbol in code.typed)
    assert read(alike, KEYS) == lookups(code, KEY)[1]


@given(vouchers)
def test_every_single_wrong_symbol_is_seen_on_the_spot(voucher: UUID) -> None:
    typed = derive(KEY, voucher).typed
    assert not wrong_symbols(typed)
    for at, right in enumerate(typed):
        for wrong in ALPHABET.replace(right, ""):
            mistyped = typed[:at] + wrong + typed[at + 1 :]
            assert wrong_symbols(mistyped)
            assert refused(mistyped)


@given(vouchers)
def test_every_swap_of_neighbours_is_seen_on_the_spot(voucher: UUID) -> None:
    typed = derive(KEY, voucher).typed
    for at, (left, right) in enumerate(pairwise(typed)):
        if left != right:
            swapped = typed[:at] + right + left + typed[at + 2 :]
            assert wrong_symbols(swapped)
            assert refused(swapped)


def test_every_wrong_character_of_a_token_is_refused() -> None:
    base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for at, right in enumerate(CODE.token):
        for wrong in base64url.replace(right, ""):
            assert refused(CODE.token[:at] + wrong + CODE.token[at + 1 :])


@pytest.mark.parametrize(
    "respelt",
    [CODE.token + "=", CODE.token + "==", "A" + CODE.token, "AA" + CODE.token, CODE.token[:-1], " ".join(CODE.token)],
)
def test_a_token_has_one_spelling(respelt: str) -> None:
    assert refused(respelt)


def test_standard_base64_is_no_second_spelling_of_a_token() -> None:
    spelt = (derive(KEY, UUID(int=number)) for number in range(1000))
    code = next(code for code in spelt if set("-_") & set(code.token))
    assert refused(code.token.replace("-", "+").replace("_", "/"))


def test_a_voucher_printed_under_the_old_key_still_reads_after_rotation() -> None:
    new = derive_key(MASTER, MARSEILLE, 4, b"salt")
    both = {3: KEY, 4: new}
    assert read(CODE.token, both) == TOKEN_FOUND
    assert read(derive(new, VOUCHER).typed, both) == lookups(derive(new, VOUCHER), new)[1]
    assert refused(CODE.token, {4: new})
    assert refused(CODE.typed, {4: new})


def test_a_code_of_another_programme_is_refused() -> None:
    toulon = derive_key(MASTER, TOULON, 3, b"salt")
    foreign = derive(toulon, VOUCHER)
    assert refused(foreign.token)
    assert refused(foreign.typed)
    assert foreign != CODE


def test_keys_differ_by_master_programme_number_and_salt() -> None:
    made = {
        derive_key(master, programme, number, salt).secret
        for master in (MASTER, MASTER[::-1])
        for programme in (MARSEILLE, TOULON)
        for number in range(16)
        for salt in (b"", b"salt")
    }
    assert len(made) == 2 * 2 * 16 * 2


def test_a_voucher_printed_by_the_first_release_reads_for_ever() -> None:
    assert KEY.secret.hex() == "1060eb3e8a57197afa21e9a9afbc444b14b4360eb2ce264c024440d4be33ed7c"
    assert Code("MDkosmi7hD_W_CJ4jxUNwk", "67HKDQ769GZ3X3DV") == CODE
    assert TOKEN_FOUND.hex() == "7423ba0c8aaebb70fb09d99c44c38c64"
    assert TYPED_FOUND.hex() == "04b0cfd511593c4885a58755ed181cbf"


def test_a_guess_that_satisfies_the_check_symbol_is_still_refused() -> None:
    rng = random.Random(1)
    guesses = [codes.check_symbol.write(3 << 71 | rng.getrandbits(71)) for _ in range(2000)]
    assert not any(wrong_symbols(guess) for guess in guesses)
    assert all(refused(guess) for guess in guesses)


@given(st.text())
def test_no_text_whatever_raises_anything_else(text: str) -> None:
    assert refused(text)
    assert refused(f"https://obole.fr/v/{text}")


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "\x00",
        CODE.token[:-1] + "\x00",
        CODE.token + "\x00",
        CODE.typed + "\x00",
        "\ud800" * 22,
        "\udc80" * 16,
        CODE.typed[:-1] + "\ud800",
        "٣" * 16,
        "３" * 16,
        "ſ" * 16,
        "ı" * 22,
        "é" * 22,
        "-" * 22,
        "/v/",
        "https://obole.fr/v/",
        "x" * 5_000_000,
        "-" * 5_000_000 + CODE.typed,
        "/v/" * 2_000_000,
    ],
    ids=lambda junk: f"{len(junk)} of {junk[:4]!a}",
)
def test_junk_is_refused_in_one_way(junk: str) -> None:
    assert refused(junk)


def test_foreign_digits_never_stand_for_ours() -> None:
    # A three in Arabic, and a full-width one, where the code has a 3.
    numbered = (derive(KEY, UUID(int=number)).typed for number in range(1000))
    typed = next(typed for typed in numbered if "3" in typed)
    assert refused(typed.replace("3", "٣"))
    assert refused(typed.replace("3", "３"))


def test_neither_the_code_nor_the_key_shows_itself() -> None:
    for shown in (repr(CODE), str(CODE), f"{[CODE]}", repr(KEY)):
        assert CODE.token not in shown
        assert CODE.typed not in shown
        assert "secret" not in shown
    with pytest.raises(CodeNotRecognised) as refusal:
        read(CODE.token[::-1], KEYS)
    assert not vars(refusal.value)
    assert CODE.token[::-1] not in str(refusal.value)


@pytest.mark.parametrize(("number", "secret"), [(16, bytes(32)), (-1, bytes(32)), (0, b""), (0, bytes(31))])
def test_a_key_out_of_bounds_is_not_made(number: int, secret: bytes) -> None:
    with pytest.raises(ValueError, match="code key"):
        CodeKey(number, secret)


def test_a_short_master_derives_nothing() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        derive_key(b"short", MARSEILLE, 0, b"salt")


def test_lookups_take_only_a_code_that_was_derived() -> None:
    with pytest.raises(ValueError, match="derive"):
        lookups(Code(CODE.token, CODE.typed[:-1]), KEY)


def test_a_hundred_thousand_vouchers_have_distinct_codes() -> None:
    ids = [UUID(int=number) for number in range(100_000)]
    made = [(code, lookups(code, KEY)) for code in (derive(KEY, voucher) for voucher in ids)]
    assert len({code.token for code, _ in made}) == 100_000
    assert len({code.typed for code, _ in made}) == 100_000
    assert len({found for _, both in made for found in both}) == 200_000
