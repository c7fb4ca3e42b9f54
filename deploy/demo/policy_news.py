"""What was new in the demo's policy, in the languages of its readers."""

NEW_IN_SECOND = {
    "en": """\
- Your browser can say no for you: if it sends the signal of **Global Privacy Control**, we follow it.
- A copy of your data now comes within minutes; before, we only promised 30 days.
- Some pages ask whether they were helpful. Your answer is not linked to you.
""",
    "de": """\
- Ihr Browser kann für Sie Nein sagen: Sendet er das Signal **Global Privacy Control**, halten wir uns daran.
- Eine Kopie Ihrer Daten kommt jetzt in wenigen Minuten; vorher hatten wir nur 30 Tage versprochen.
- Manche Seiten fragen, ob sie hilfreich waren. Ihre Antwort wird nicht mit Ihnen verknüpft.
""",
    "fr": """\
- Votre navigateur peut dire non pour vous : s'il envoie le signal **Global Privacy Control**, nous le respectons.
- Une copie de vos données arrive désormais en quelques minutes ; avant, nous ne promettions que 30 jours.
- Certaines pages demandent si elles ont été utiles. Votre réponse n'est pas liée à vous.
""",
    "it": """\
- Il Suo browser può dire di no per Lei: se invia il segnale **Global Privacy Control**, lo rispettiamo.
- Una copia dei Suoi dati arriva ora in pochi minuti; prima promettevamo soltanto 30 giorni.
- Alcune pagine chiedono se sono state utili. La Sua risposta non viene collegata a Lei.
""",
}

NEW_IN_THIRD = {
    "en": "We say where our data centres are.",
    "de": "Wir sagen, wo unsere Rechenzentren stehen.",
    "fr": "Nous disons où se trouvent nos centres de données.",
    "it": "Diciamo dove si trovano i nostri centri di calcolo.",
}

TO_COME = {
    "en": """\
## Where our data centres are

All your data lies in two data centres in Switzerland: in Chur, and as a copy in Brig.""",
    "de": """\
## Wo unsere Rechenzentren stehen

Alle Ihre Daten liegen in zwei Rechenzentren in der Schweiz: in Chur und als Kopie in Brig.""",
    "fr": """\
## Où se trouvent nos centres de données

Toutes vos données se trouvent dans deux centres en Suisse : à Coire et, en copie, à Brigue.""",
    "it": """\
## Dove si trovano i nostri centri di calcolo

Tutti i Suoi dati si trovano in due centri in Svizzera: a Coira e, in copia, a Briga.""",
}

# What the first version said instead, and the tables that the company did not have then.
EARLIER_WORDS = {
    "en": [
        (" If your browser sends the signal of Global Privacy Control, we take that as a no.", ""),
        ("mostly within minutes and at the latest within 30 days", "within 30 days"),
    ],
    "de": [
        (" Sendet Ihr Browser das Signal «Global Privacy Control», verstehen wir das als Nein.", ""),
        ("meist in wenigen Minuten und spätestens innert 30 Tagen", "innert 30 Tagen"),
    ],
    "fr": [
        (" Si votre navigateur envoie le signal « Global Privacy Control », nous le comprenons comme un non.", ""),
        ("le plus souvent en quelques minutes et au plus tard dans les 30 jours", "dans les 30 jours"),
    ],
    "it": [
        (" Se il Suo browser invia il segnale «Global Privacy Control», lo intendiamo come un no.", ""),
        ("per lo più in pochi minuti e al più tardi entro 30 giorni", "entro 30 giorni"),
    ],
}
ADDED_LATER = {"tracking_choices", "interactions", "interaction_access_points"}
