"""Imports in words: their kinds, their states, and why a file or a row was refused."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.imports.columns import COLUMNS
from webapp.imports.models import ImportState, Kind

KINDS = {
    Kind.CUSTOMERS: _l("Customers"),
    Kind.PRODUCTS: _l("Products and services"),
    Kind.INVOICES: _l("Invoices and credit notes"),
    Kind.PAYMENT_METHODS: _l("Payment methods"),
}
STATES = {
    ImportState.RECEIVED: _l("waits for its columns"),
    ImportState.CHECKING: _l("being checked"),
    ImportState.CHECKED: _l("checked, not imported yet"),
    ImportState.RUNNING: _l("being imported"),
    ImportState.DONE: _l("imported"),
    ImportState.STOPPED: _l("stopped"),
    ImportState.FAILED: _l("could not be read"),
}
# Why a whole file is refused, and what to do about it.
FILES = {
    "empty": _l("The file is empty. Perhaps the export failed: look at it in a text editor."),
    "workbook": _l("This is a spreadsheet, not CSV. Open it, choose “Save as”, then “CSV UTF-8”, and upload that."),
    "not_text": _l("This is not a text file. Export the data as CSV and upload that."),
    "no_header": _l("The first line cannot be read. It must hold the names of the columns."),
    "names_twice": _l("Two columns have the same name, so nobody can tell which one counts. Rename or delete one."),
    "too_wide": _l("The file has more than 200 columns. Leave out those that are not needed."),
    "encoding": _l("The file breaks off in the middle of a character. Export it again, best as CSV UTF-8."),
    "no_rows": _l("There is nothing below the names of the columns."),
    "nothing_fits": _l(
        "None of the first rows could be taken in, so we stopped there. Most likely a column is not what it was taken "
        "for, or the customers of these rows are not here yet. The reasons are below."
    ),
    "file_gone": _l("The file is not there any more. Upload it again."),
    "too_large": _l("The file is larger than may be uploaded. Split it, or use the command import-csv on the server."),
}
# Why a row is refused.
REASONS: dict[str, LazyString] = {
    "missing": _l("is missing"),
    "too_long": _l("is too long"),
    "characters": _l("holds characters that are not in the encoding of the file"),
    "control_characters": _l("holds line breaks or invisible control characters"),
    "formula": _l("is a formula; only values are taken"),
    "card_number": _l("holds the number of a payment card; such numbers are never kept here"),
    "email": _l("is not an email address"),
    "not_a_phone": _l("is not a phone number"),
    "country": _l("is not a country; write its code, such as CH"),
    "currency": _l("is not a currency that is in use; write its code, such as CHF"),
    "language": _l("is not a language; write its code, such as en"),
    "id": _l("may have letters, digits and . _ : ~ - only, at most 80"),
    "last_four": _l("should be the last four digits"),
    "not_a_choice": _l("is none of the words that are known here"),
    "negative": _l("is negative; a credit note is a kind of its own with a positive amount"),
    "too_large": _l("is too large"),
    "not_a_day": _l("is not a day, such as 2026-03-05"),
    "not_a_time": _l("is not a time, such as 2026-03-05 08:15"),
    "not_an_amount": _l("is not an amount of money of that currency"),
    "not_a_number": _l("is not a whole number"),
    "not_yes_or_no": _l("is neither yes nor no"),
    "price_and_currency": _l("A price needs a currency, and a currency a price."),
    "number_needed": _l("An invoice needs a number, unless it is a draft."),
    "unknown_customer": _l("The customer is not here yet. Import the customers first, then this file again."),
    "in_the_future": _l("It was changed in the future, says its row: the clock of the other system is wrong."),
    "removed_by_person": _l("The person removed it here."),
    "too_few_columns": _l("The row has fewer columns than the first line."),
    "too_many_columns": _l("The row has more columns than the first line. Put texts with a separator into quotes."),
    "header_again": _l("The names of the columns stand here once more."),
    "quotes": _l("The quotes are wrong: inside of a quoted text, a quote is written twice."),
    "quote_never_closed": _l("A quote is opened and never closed."),
    "line_too_long": _l("The line is longer than any row can be."),
    "not_valid": _l("cannot be read"),
}
ENCODINGS = {
    "utf-8": _l("UTF-8 (today's standard)"),
    "utf-16-le": _l("UTF-16 (“Unicode” of Windows)"),
    "utf-16-be": _l("UTF-16, big-endian"),
    "cp1252": _l("Windows, western Europe (1252)"),
    "iso8859_15": _l("ISO 8859-15, western Europe"),
    "cp1250": _l("Windows, central Europe (1250)"),
    "cp1251": _l("Windows, Cyrillic (1251)"),
    "cp1253": _l("Windows, Greek (1253)"),
    "cp1254": _l("Windows, Turkish (1254)"),
    "mac_roman": _l("Macintosh"),
    "cp850": _l("DOS, western Europe (850)"),
}
SEPARATORS = {",": _l("Comma ,"), ";": _l("Semicolon ;"), "\t": _l("Tabulator"), "|": _l("Vertical bar |")}
DATES = {
    "ymd": _l("Year first: 2026-12-31"),
    "dmy": _l("Day first: 31.12.2026"),
    "mdy": _l("Month first: 12/31/2026"),
}
DECIMALS = {".": _l("Point: 1,290.50"), ",": _l("Comma: 1.290,50")}


def reason_words(kind: Kind, field: str, code: str) -> str:
    """`First name: is too long`; the reason alone where it is about the whole row."""
    titles = {column.field: str(column.title) for column in COLUMNS[kind]}
    reason = str(REASONS.get(code, code))
    return f"{titles.get(field, field)}: {reason}" if field else reason
