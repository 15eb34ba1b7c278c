"""Which addresses and numbers leave a text before a model sees it, and by what tokens they are replaced."""

import re
from collections import Counter

from glaze.llm.marking import clean

_URL = re.compile(r"(?i)(?<![\w@.-])(?:https?://|www\.|(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}/)[^\s<>\"]{1,2000}")
_EMAIL = re.compile(r"(?i)(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\b")
_IBAN = re.compile(r"(?i)(?<!\w)[a-z]{2}\d{2}(?: ?[a-z0-9]){11,30}(?!\w)")
_DATE = r"(?P<date>\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2}))(?![-./]?\d)"
_DIGITS = re.compile(rf"(?<![\w+])(?:{_DATE}|\+?\(?\d(?:[ .\-/()\u2010-\u2015]{{0,3}}\d){{6,18}}(?!\w))")

_IBAN_LENGTHS = {
    country: int(length)
    for country, length in re.findall(
        r"([A-Z]{2})(\d{2})",
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 "
        "FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 "
        "LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 "
        "SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20",
    )
}
_CARD_LENGTHS = range(13, 20)
_MIN_DIGITS = 9
"""From here on a number is taken for a telephone's even without a sign of one; counts in a chat are smaller."""


class PiiTokens:
    """Replaces addresses and numbers of one request by tokens such as `<EMAIL_1>`; the same one gets the same token.

    Make one for all texts of a request. What a token stood for is never given back: no answer can be made to
    contain it. In doubt a long number is replaced: a lost figure costs nothing, receipts carry the true ones.
    """

    def __init__(self) -> None:
        self._tokens: dict[tuple[str, str], str] = {}
        self._numbers: Counter[str] = Counter()

    def replace(self, text: str) -> str:
        """The cleaned text with links, mail addresses, IBANs, card and telephone numbers replaced.

        Cleaned first: a number in full-width digits, or with a hidden character inside, would slip through.
        """
        text = _URL.sub(lambda found: self._token("URL", found[0]), clean(text))
        text = _EMAIL.sub(lambda found: self._token("EMAIL", found[0].casefold()), text)
        text = _IBAN.sub(self._iban, text)
        return _DIGITS.sub(self._number, text)

    def counts(self) -> dict[str, int]:
        """How many different ones of each kind were replaced."""
        return dict(self._numbers)

    def _token(self, kind: str, value: str) -> str:
        known = self._tokens.get((kind, value))
        if known is None:
            self._numbers[kind] += 1
            known = self._tokens[kind, value] = f"<{kind}_{self._numbers[kind]}>"
        return known

    def _iban(self, found: re.Match[str]) -> str:
        # The pattern may have run on into the words behind; the country tells how long it is.
        text = found[0]
        length = _IBAN_LENGTHS.get(text[:2].upper(), 0)
        whole = re.match(rf"(?: ?\w){{{length}}}", text)
        compact = whole[0].replace(" ", "").upper() if whole else ""
        return self._token("IBAN", compact) + text[len(whole[0]) :] if whole and _has_true_checksum(compact) else text

    def _number(self, found: re.Match[str]) -> str:
        if found["date"]:
            return found[0]
        text = found[0]
        digits = re.sub(r"\D", "", text)
        international = text.startswith(("+", "00"))
        if len(digits) in _CARD_LENGTHS and not international and _passes_luhn(digits):
            return self._token("CARD", digits)
        if (
            international
            or len(digits) >= _MIN_DIGITS
            or re.match(r"\(?0\d", text)
            or re.fullmatch(r"\d{3}[-.]\d{4}", text)
        ):
            return self._token("PHONE", digits.removeprefix("00") if international else digits)
        return text


def _has_true_checksum(iban: str) -> bool:
    """ISO 13616: moved round and read with letters as 10 to 35, the remainder by 97 is 1."""
    return bool(iban) and int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1


def _passes_luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
