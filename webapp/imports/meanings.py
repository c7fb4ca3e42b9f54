"""The words for kinds and states that other systems use, in our languages, and the code that each stands for."""


def _meanings(**words: str) -> dict[str, str]:
    return {word: code for code, listed in words.items() for word in listed.split(", ")}


PRODUCT_KINDS = _meanings(
    product="produkt, produit, prodotto, article, artikel, articolo",
    service="dienst, dienstleistung, servizio, abo, abonnement, abbonamento, subscription",
)
PRODUCT_STATES = _meanings(
    active="aktiv, actif, active, attivo, running, laufend",
    ending="gekündigt, cancelled, canceled, résilié, disdetto",
    ended="beendet, expired, abgelaufen, terminé, expiré, terminato, scaduto",
)
INTERVALS = _meanings(
    once="einmalig, unique, una tantum, one-off",
    month="monthly, monatlich, monat, mensuel, mois, mensile, mese",
    quarter="quarterly, vierteljährlich, quartal, trimestriel, trimestre, trimestrale",
    year="yearly, annual, annually, jährlich, jahr, annuel, an, annuale, anno",
)
INVOICE_KINDS = _meanings(
    invoice="rechnung, facture, fattura",
    credit_note="credit note, gutschrift, avoir, note de crédit, nota di credito",
)
INVOICE_STATES = _meanings(
    draft="entwurf, brouillon, bozza",
    open="offen, unpaid, ouvert, ouverte, impayée, aperta, aperto",
    paid="bezahlt, payé, payée, pagata, pagato",
    cancelled="canceled, void, storniert, annulé, annulée, annullata, annullato",
)
