"""The words by which people agree and withdraw, in versions, for the page and for the ledger alike.

They stand here in each language and not in the translations: whoever improves a translation must not change what
somebody agreed to. A test keeps the print of each version; other words are a new version.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.consents.models import ConsentPurpose, Topic

FALLBACK = "en"


@dataclass(frozen=True)
class Shown:
    """What somebody read, and which entry of this register it was."""

    text: str
    version: str


@dataclass(frozen=True)
class Wording:
    """`texts` by language; some have a title above the sentence, with a line break between them."""

    name: str
    number: int
    texts: Mapping[str, str]

    @property
    def version(self) -> str:
        return f"{self.name}/{self.number}"

    def lines(self, language: str) -> list[str]:
        return self.texts.get(language, self.texts[FALLBACK]).splitlines()

    def shown(self, language: str, **names: str) -> Shown:
        return Shown(" – ".join(self.lines(language)).format(**names), self.version)


TOPIC_SWITCH = Wording("topic switch", 1, {FALLBACK: "{topic}"})

TOPIC_BOX = Wording(
    "topic box",
    1,
    {
        "en": "Yes, send me “{topic}” by email.",
        "de": "Ja, senden Sie mir «{topic}» per E-Mail.",
        "fr": "Oui, envoyez-moi « {topic} » par e-mail.",
        "it": "Sì, inviatemi «{topic}» per e-mail.",
    },
)

UNSUBSCRIBE_BUTTON = Wording(
    "unsubscribe button",
    1,
    {
        "en": "Unsubscribe from “{topic}”",
        "de": "Von «{topic}» abmelden",
        "fr": "Se désinscrire de « {topic} »",
        "it": "Annullare l’iscrizione a «{topic}»",
    },
)

STOP_BUTTON = Wording(
    "stop button",
    1,
    {
        "en": "Stop all marketing emails",
        "de": "Alle Marketing-E-Mails stoppen",
        "fr": "Arrêter tous les e-mails publicitaires",
        "it": "Disattivare tutte le e-mail di marketing",
    },
)

ONE_CLICK = Wording("one click", 1, {FALLBACK: "List-Unsubscribe"})

COMPLAINT = Wording("complaint", 1, {FALLBACK: "Feedback-Type: abuse"})

PRIVACY_SIGNAL = Wording("privacy signal", 1, {FALLBACK: "Sec-GPC: 1"})

ERASURE = Wording(
    "erasure",
    1,
    {
        "en": "Delete my data",
        "de": "Meine Daten löschen",
        "fr": "Supprimer mes données",
        "it": "Elimina i miei dati",
    },
)

USAGE = Wording(
    "usage",
    1,
    {
        "en": (
            "Improve the services by how I use them\n"
            "Yes, record which device and browser I use, my IP address, and my region and language settings, to "
            "improve the services. I can withdraw this at any time; what was recorded is then deleted."
        ),
        "de": (
            "Dienste anhand meiner Nutzung verbessern\n"
            "Ja, erfassen Sie, welches Gerät und welchen Browser ich benutze, meine IP-Adresse sowie meine Regions- "
            "und Spracheinstellungen, um die Dienste zu verbessern. Ich kann das jederzeit widerrufen; was erfasst "
            "wurde, wird dann gelöscht."
        ),
        "fr": (
            "Améliorer les services grâce à mon utilisation\n"
            "Oui, enregistrez l’appareil et le navigateur que j’utilise, mon adresse IP ainsi que mes réglages de "
            "région et de langue, afin d’améliorer les services. Je peux retirer cet accord à tout moment ; ce qui a "
            "été enregistré est alors supprimé."
        ),
        "it": (
            "Migliorare i servizi in base al mio utilizzo\n"
            "Sì, registrate il dispositivo e il browser che uso, il mio indirizzo IP e le mie impostazioni di regione "
            "e lingua, per migliorare i servizi. Posso revocare questo consenso in ogni momento; quanto registrato "
            "viene allora cancellato."
        ),
    },
)

NEARBY = Wording(
    "nearby",
    1,
    {
        "en": (
            "Access points near my device\n"
            "Yes, let the mobile apps record which Wi-Fi access points are near my device, to improve the services. "
            "I can withdraw this at any time; what was recorded is then deleted."
        ),
        "de": (
            "Zugangspunkte in der Nähe meines Geräts\n"
            "Ja, die mobilen Apps dürfen erfassen, welche WLAN-Zugangspunkte sich in der Nähe meines Geräts befinden, "
            "um die Dienste zu verbessern. Ich kann das jederzeit widerrufen; was erfasst wurde, wird dann gelöscht."
        ),
        "fr": (
            "Points d’accès à proximité de mon appareil\n"
            "Oui, les applications mobiles peuvent enregistrer les points d’accès Wi-Fi à proximité de mon appareil, "
            "afin d’améliorer les services. Je peux retirer cet accord à tout moment ; ce qui a été enregistré est "
            "alors supprimé."
        ),
        "it": (
            "Punti di accesso vicini al mio dispositivo\n"
            "Sì, le app mobili possono registrare quali punti di accesso Wi-Fi si trovano vicino al mio dispositivo, "
            "per migliorare i servizi. Posso revocare questo consenso in ogni momento; quanto registrato viene allora "
            "cancellato."
        ),
    },
)

TRACKING = {ConsentPurpose.USAGE: USAGE, ConsentPurpose.NEARBY: NEARBY}

REGISTER = [
    TOPIC_SWITCH,
    TOPIC_BOX,
    UNSUBSCRIBE_BUTTON,
    STOP_BUTTON,
    ONE_CLICK,
    COMPLAINT,
    PRIVACY_SIGNAL,
    ERASURE,
    *TRACKING.values(),
]


def topic_switch(topic: Topic, language: str) -> Shown:
    """What the company wrote about the topic is what people read beside the switch."""
    words = " – ".join(filter(None, [topic.title(language), topic.description(language)]))
    return TOPIC_SWITCH.shown(language, topic=words)


def topic_box(topic: Topic, language: str) -> Shown:
    shown = TOPIC_BOX.shown(language, topic=topic.title(language))
    return Shown(f"{shown.text} {topic.description(language)}".strip(), shown.version)


def unsubscribe_button(topic: Topic | None, language: str) -> Shown:
    return UNSUBSCRIBE_BUTTON.shown(language, topic=topic.title(language)) if topic else stop_button(language)


def stop_button(language: str) -> Shown:
    return STOP_BUTTON.shown(language)


def tracking_title(kind: ConsentPurpose, language: str) -> str:
    return TRACKING[kind].lines(language)[0]
