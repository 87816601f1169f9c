"""The marks of statistics offices and spreadsheets: what they say, and where that goes in an edition."""

import re
from pathlib import Path
from typing import Any

import yaml

# The texts of errors in the languages of Excel, LibreOffice and Google Sheets: #REF!, #NAAM?, #DEEL/0!, #¡VALOR!, #N/B,
# Err:502; and the hashes of a column that is too narrow for its numbers.
_ERROR = re.compile(
    r"#[¡¿]?[^\W\d_a-z]+(?:[/ _][^\W_a-z]+)*[!?]|#(?:N/?[A-Z]|I/T|GETTING_DATA|SAKNAS!?|Н/Д)|#{2,}"
    r"|(?:Err|Error|Fout|Fehler|Erreur|Fel|Feil|Virhe)\s?:\s?\d{3}"
)
_FLAGGED = re.compile(r"([-+\u2212]?\d(?:[\d.,\xa0\u2009\u202f ]*\d)?(?:\s?%)?)\s*\(?\^?([A-Za-z]{1,3}|\*{1,2})\)?")
_KNOWN: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
# What offices say of a value, by their letter; Eurostat since 2025 knows b d e f i m n p u, before that also c s z.
FLAGS: dict[str, str] = {letter: says for letter, (says, _) in _KNOWN["flags"].items()}
# Those that make a value a careful one.
CAREFUL = {"e", "f", "s"}


def is_error(text: str) -> bool:
    """Tells whether a text is the error of a spreadsheet program, in whatever language."""
    return _ERROR.fullmatch(text) is not None


def remedy(kind: str, text: str) -> str:
    """Returns what to do with a text that stands where a value of a type belongs; nothing when it is no known mark."""
    flagged, flags = _FLAGGED.fullmatch(text), _KNOWN["flags"]
    if flagged and kind in ("number", "integer"):
        found = [flagged[2]] if flagged[2] in flags else list(flagged[2].lower())
        if flags.keys() >= {*found}:
            says = ", ".join(flags[flag][0] for flag in found)
            goes = "; ".join(dict.fromkeys(flags[flag][1] for flag in found))
            return f'Write {flagged[1]} alone; {flagged[2]} says "{says}": {goes}.'
    matches = ((re.fullmatch(form, text, re.IGNORECASE), answer) for form, answer in _KNOWN["forms"].get(kind, ()))
    return next((match.expand(answer) for match, answer in matches if match), "")
