"""Which columns each kind of file has, and by which names other systems call them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.imports import cells, meanings
from webapp.imports.cells import Read
from webapp.imports.models import Kind


@dataclass(frozen=True)
class Column:
    """One field. It is found under its own name and those it is `known_as`, however they are spelt.

    An amount of money cannot be read without its currency: its column is `money`. A field within another is written
    with a full stop between the two. `guarded` fields refuse the numbers of cards by themselves.
    """

    field: str
    title: LazyString
    known_as: str = ""
    read: Read = cells.words
    needed: bool = False
    money: bool = False
    guarded: bool = True

    @cached_property
    def is_words(self) -> bool:
        """What stands there is what is meant."""
        return self.read is cells.words and not self.money and not self.within

    @cached_property
    def within(self) -> str:
        return self.field.rpartition(".")[0]

    @cached_property
    def name_within(self) -> str:
        return self.field.rpartition(".")[2]

    @cached_property
    def names(self) -> set[str]:
        return {spelling(name) for name in (self.field, *self.known_as.split(", ")) if name}


def guess(kind: Kind, header: Sequence[str]) -> dict[str, int]:
    """Which column of a file holds which field, judged by their names."""
    spelt = [spelling(name) for name in header]
    found = {
        column.field: [place for place, name in enumerate(spelt) if name in column.names] for column in COLUMNS[kind]
    }
    return {field: places[0] for field, places in found.items() if places}


def spelling(name: str) -> str:
    """Accents, case, blanks and signs do not count: `E-Mail`, `e_mail` and `EMAIL` are one."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", name).casefold())


_NUMBER = Column(
    "external_id", _l("Number in your system"), "id, nr, reference, referenz, référence, riferimento", needed=True
)
_CHANGED = Column(
    "changed_at",
    _l("Last changed"),
    "changed, updated_at, updated, modified, last_modified, geändert, geändert am, modifié, modifié le, modificato",
    cells.moment,
)
_CUSTOMER = Column(
    "customer",
    _l("Number of the customer"),
    "customer_id, customer number, customer no, client_id, kunde, kundennummer, kundennr, kunden-nr, numéro client, "
    "client, numero cliente, cliente",
    needed=True,
)
_CURRENCY = Column("currency", _l("Currency"), "währung, devise, monnaie, valuta, divisa", cells.currency, needed=True)

CUSTOMERS = (
    Column(
        "external_id",
        _l("Number of the customer"),
        f"id, nr, no, number, {_CUSTOMER.known_as}",
        needed=True,
    ),
    Column(
        "email",
        _l("Email address"),
        "e-mail, mail, email address, e-mail-adresse, mailadresse, courriel, adresse e-mail, posta elettronica",
        needed=True,
        guarded=False,
    ),
    Column(
        "given_name",
        _l("First name"),
        "first name, firstname, forename, vorname, prénom, nome",
    ),
    Column(
        "family_name",
        _l("Last name"),
        "last name, lastname, surname, name, nachname, familienname, nom, nom de famille, cognome",
    ),
    Column(
        "organization", _l("Company"), "company, organisation, firma, unternehmen, société, entreprise, azienda, ditta"
    ),
    Column(
        "phone",
        _l("Phone"),
        "telephone, mobile, mobile phone, tel, telefon, handy, mobiltelefon, téléphone, portable, telefono, cellulare",
        cells.phone,
    ),
    Column("street_address", _l("Street and number"), "street, address, strasse, straße, adresse, rue, via, indirizzo"),
    Column("postal_code", _l("Postal code"), "zip, zip code, postcode, plz, postleitzahl, npa, code postal, cap"),
    Column("city", _l("City"), "town, place, ort, stadt, ville, localité, città, località"),
    Column("country", _l("Country"), "land, pays, paese, nazione", cells.country),
    Column("language", _l("Language"), "lang, sprache, langue, lingua", cells.language, guarded=False),
    Column("billing_address.name", _l("Billing address: name"), "billing_name, bill_to, rechnungsempfänger"),
    Column("billing_address.organization", _l("Billing address: company"), "billing_company, billing_organization"),
    Column("billing_address.street_address", _l("Billing address: street"), "billing_street, rechnungsstrasse"),
    Column("billing_address.postal_code", _l("Billing address: postal code"), "billing_zip, rechnungsplz"),
    Column("billing_address.city", _l("Billing address: city"), "billing_city, rechnungsort"),
    Column("billing_address.country", _l("Billing address: country"), "billing_country, rechnungsland", cells.country),
    _CHANGED,
)
PRODUCTS = (
    _NUMBER,
    _CUSTOMER,
    Column("name", _l("Name"), "product, product name, produkt, bezeichnung, produit, prodotto, nome", needed=True),
    Column(
        "kind",
        _l("Product or service"),
        "type, art, typ, genre, tipo",
        cells.one_of(meanings.PRODUCT_KINDS),
        needed=True,
    ),
    Column(
        "state", _l("State"), "status, zustand, état, statut, stato", cells.one_of(meanings.PRODUCT_STATES), needed=True
    ),
    Column("started_on", _l("Began on"), "start, start date, begin, beginn, startdatum, début, inizio", cells.day),
    Column("renews_on", _l("Renews on"), "renewal, renewal date, verlängerung, renouvellement, rinnovo", cells.day),
    Column("ends_on", _l("Ends on"), "end, end date, ende, enddatum, fin, fine", cells.day),
    Column("cancellable", _l("Can be cancelled here"), "kündbar, résiliable, disdicibile", cells.yes_or_no),
    Column("notice_days", _l("Notice in days"), "notice, kündigungsfrist, préavis, preavviso", cells.number),
    Column("price", _l("Price"), "preis, prix, prezzo, amount", money=True),
    Column("currency", _l("Currency"), _CURRENCY.known_as, cells.currency),
    Column(
        "interval",
        _l("Paid every"),
        "billing interval, period, intervall, intervalle, intervallo",
        cells.one_of(meanings.INTERVALS),
    ),
    Column(
        "payment_method", _l("Number of the payment method"), "payment method id, zahlungsmittel, moyen de paiement"
    ),
    _CHANGED,
)
INVOICES = (
    _NUMBER,
    _CUSTOMER,
    Column(
        "number",
        _l("Number on the invoice"),
        "invoice number, invoice no, rechnungsnummer, rechnungs-nr, numéro de facture, numero fattura",
    ),
    Column("kind", _l("Invoice or credit note"), "type, art, typ, tipo", cells.one_of(meanings.INVOICE_KINDS)),
    Column(
        "state", _l("State"), "status, zustand, état, statut, stato", cells.one_of(meanings.INVOICE_STATES), needed=True
    ),
    Column(
        "issued_on",
        _l("Date of the invoice"),
        "date, invoice date, issued, datum, rechnungsdatum, date de facture, data, data fattura",
        cells.day,
        needed=True,
    ),
    Column("due_on", _l("To be paid by"), "due, due date, fällig, fällig am, échéance, scadenza", cells.day),
    Column("paid_on", _l("Paid on"), "payment date, bezahlt am, zahlungsdatum, payé le, pagato il", cells.day),
    Column("amount", _l("Amount"), "total, betrag, summe, montant, importo, totale", needed=True, money=True),
    _CURRENCY,
    Column("country", _l("Country of the books"), "books, land, pays, paese", cells.country, needed=True),
    Column(
        "billed_to", _l("Name on the invoice"), "name, recipient, empfänger, destinataire, destinatario", needed=True
    ),
    Column("billing_address", _l("Address on the invoice"), "address, adresse, rechnungsadresse, indirizzo"),
    Column("description", _l("What it is for"), "text, subject, betreff, beschreibung, libellé, descrizione"),
    _CHANGED,
)
PAYMENT_METHODS = (
    _NUMBER,
    _CUSTOMER,
    Column("brand", _l("Brand"), "card, marke, karte, kartentyp, marque, carte, marca, carta", needed=True),
    Column(
        "last_four", _l("Last four digits"), "last4, letzte vier, quatre derniers, ultime quattro", cells.four_digits
    ),
    Column("expires_on", _l("Good until"), "expiry, expires, gültig bis, ablauf, expiration, scadenza", cells.last_day),
    Column("token", _l("Token of the payment provider"), "provider token, psp token", guarded=False),
    _CHANGED,
)
COLUMNS = {
    Kind.CUSTOMERS: CUSTOMERS,
    Kind.PRODUCTS: PRODUCTS,
    Kind.INVOICES: INVOICES,
    Kind.PAYMENT_METHODS: PAYMENT_METHODS,
}
