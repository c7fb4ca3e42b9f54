"""What the demo's company writes about. All of it is marketing: nobody gets any of it without having agreed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoTopic:
    """`wanted_by`: how many of a hundred tick its box when they sign up."""

    slug: str
    wanted_by: int
    titles: dict[str, str]
    descriptions: dict[str, str]


TOPICS = [
    DemoTopic(
        "news",
        62,
        {"en": "Product news", "de": "Neuigkeiten", "fr": "Nouveautés", "it": "Novità"},
        {
            "en": "New features and services, about once a month.",
            "de": "Neue Funktionen und Dienste, etwa einmal im Monat.",
            "fr": "Nouvelles fonctions et nouveaux services, environ une fois par mois.",
            "it": "Nuove funzioni e nuovi servizi, circa una volta al mese.",
        },
    ),
    DemoTopic(
        "tips",
        44,
        {
            "en": "Tips for your website",
            "de": "Tipps für Ihre Website",
            "fr": "Conseils pour votre site",
            "it": "Consigli per il suo sito",
        },
        {
            "en": "Short how-tos: faster pages, safer sign-ins, better search results.",
            "de": "Kurze Anleitungen: schnellere Seiten, sichere Anmeldung, besser gefunden werden.",
            "fr": "Des guides courts : pages plus rapides, connexions plus sûres, meilleure visibilité.",
            "it": "Guide brevi: pagine più veloci, accessi più sicuri, più visibilità.",
        },
    ),
    DemoTopic(
        "events",
        27,
        {
            "en": "Events and workshops",
            "de": "Veranstaltungen und Workshops",
            "fr": "Événements et ateliers",
            "it": "Eventi e workshop",
        },
        {
            "en": "Invitations to workshops, webinars and tours of our data centre.",
            "de": "Einladungen zu Workshops, Webinaren und Führungen durch unser Rechenzentrum.",
            "fr": "Invitations à nos ateliers, à nos webinaires et aux visites de notre centre de données.",
            "it": "Inviti a workshop, webinar e visite del nostro centro dati.",
        },
    ),
    DemoTopic(
        "offers",
        38,
        {"en": "Offers", "de": "Angebote", "fr": "Offres", "it": "Offerte"},
        {
            "en": "Discounts on domains, hosting and storage. Never more than one a month.",
            "de": "Vergünstigungen auf Domains, Hosting und Speicher. Höchstens einmal im Monat.",
            "fr": "Des réductions sur les domaines, l’hébergement et le stockage. Au plus une fois par mois.",
            "it": "Sconti su domini, hosting e spazio di archiviazione. Al massimo una volta al mese.",
        },
    ),
    DemoTopic(
        "stories",
        21,
        {"en": "Behind the scenes", "de": "Hinter den Kulissen", "fr": "Dans les coulisses", "it": "Dietro le quinte"},
        {
            "en": "How river water runs our data centre, and who looks after it. Four times a year.",
            "de": "Wie Flusswasser unser Rechenzentrum antreibt und wer sich darum kümmert. Viermal im Jahr.",
            "fr": "Comment une rivière fait tourner notre centre de données, et qui en prend soin. Quatre fois par an.",
            "it": "Come un fiume alimenta il nostro centro dati, e chi se ne occupa. Quattro volte l’anno.",
        },
    ),
]
