"""Where the demo's people live and work: towns with their postal codes, streets, businesses and phone numbers."""

from random import Random
from typing import NamedTuple


class Town(NamedTuple):
    postal_code: str
    city: str


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(";")]


def _towns(text: str) -> list[Town]:
    return [Town(*line.strip().split(";")) for line in text.splitlines()]


# By country and by the language that is spoken there.
TOWNS = {
    ("CH", "de"): _towns(
        """8001;Zürich
        8004;Zürich
        8049;Zürich
        8400;Winterthur
        3011;Bern
        3007;Bern
        4051;Basel
        4058;Basel
        6003;Luzern
        9000;St. Gallen
        7000;Chur
        7013;Domat/Ems
        7130;Ilanz
        7270;Davos Platz
        5000;Aarau
        4500;Solothurn
        4600;Olten
        6300;Zug
        3600;Thun
        8200;Schaffhausen
        8640;Rapperswil SG
        2502;Biel/Bienne"""
    ),
    ("CH", "fr"): _towns(
        """1003;Lausanne
        1007;Lausanne
        1204;Genève
        1205;Genève
        1227;Carouge GE
        1700;Fribourg
        2000;Neuchâtel
        1950;Sion
        1800;Vevey
        1110;Morges
        1260;Nyon
        2300;La Chaux-de-Fonds
        2800;Delémont
        1400;Yverdon-les-Bains"""
    ),
    ("CH", "it"): _towns(
        """6900;Lugano
        6500;Bellinzona
        6600;Locarno
        6612;Ascona
        6830;Chiasso
        6850;Mendrisio
        7742;Poschiavo"""
    ),
    ("DE", "de"): _towns(
        """10115;Berlin
        20095;Hamburg
        80331;München
        50667;Köln
        60311;Frankfurt am Main
        70173;Stuttgart
        78462;Konstanz
        79098;Freiburg im Breisgau
        88131;Lindau (Bodensee)
        04109;Leipzig
        01067;Dresden"""
    ),
    ("FR", "fr"): _towns(
        """75011;Paris
        69002;Lyon
        74000;Annecy
        38000;Grenoble
        67000;Strasbourg
        68100;Mulhouse
        25000;Besançon
        33000;Bordeaux
        31000;Toulouse
        35000;Rennes
        13001;Marseille"""
    ),
    ("IT", "it"): _towns(
        """20121;Milano
        22100;Como
        23100;Sondrio
        21100;Varese
        10121;Torino
        24121;Bergamo
        37121;Verona
        40121;Bologna
        50122;Firenze
        00184;Roma"""
    ),
    ("GB", "en"): _towns(
        """N1 9GU;London
        E1 6AN;London
        SE1 9SG;London
        M1 1AE;Manchester
        EH1 1YZ;Edinburgh
        BS1 4DJ;Bristol
        LS1 4DY;Leeds
        CF10 1EP;Cardiff
        G1 1XQ;Glasgow
        B1 1BB;Birmingham
        S1 2HE;Sheffield
        L1 8JQ;Liverpool
        NE1 7RU;Newcastle upon Tyne"""
    ),
}

STREETS = {
    "de": _listed(
        """Bahnhofstrasse; Dorfstrasse; Kirchgasse; Schulstrasse; Gartenweg; Lindenweg; Bergstrasse; Mühleweg; Rosenweg;
        Seestrasse; Poststrasse; Birkenweg; Sonnenbergstrasse; Feldweg; Obergasse; Quellenstrasse; Wiesenweg"""
    ),
    "fr": _listed(
        """rue de la Gare; rue du Lac; rue de l’Église; rue des Alpes; avenue du Midi; rue du Marché; rue des Jardins;
        chemin des Vignes; rue du Moulin; chemin du Bois; rue Neuve; place du Marché"""
    ),
    "it": _listed(
        """Via della Stazione; Via San Gottardo; Via Nassa; Via dei Tigli; Via Roma; Via Garibaldi; Via Cantonale;
        Via al Lago; Piazza Grande; Via Dante; Via delle Scuole; Via Verdi"""
    ),
    "en": _listed(
        """High Street; Station Road; Church Lane; Park Road; Victoria Road; Mill Lane; Queen Street; Green Lane;
        Kings Road; The Crescent; Albert Road; Meadow Way"""
    ),
}

# Named after the person, or after the town in which they sing and run.
ORGANIZATIONS = {
    "de": _listed(
        """Schreinerei {name}; Bäckerei {name}; {name} Architekten {form}; {name} Treuhand {form}; Velo {name};
        {name} & Partner {form}; Gärtnerei {name}; Praxis Dr. {name}; Weingut {name}; Malerei {name} {form};
        Buchhandlung {name}; Musikverein {city}; Turnverein {city}; Theater {city}; Garage {name} {form}"""
    ),
    "fr": _listed(
        """Boulangerie {name}; Atelier {name}; {name} Architectes {form}; Cabinet {name}; Librairie {name};
        Menuiserie {name} {form}; Domaine {name}; Garage {name} {form}; Chœur {city}; {name} & Fils {form}"""
    ),
    "it": _listed(
        """Studio {name}; Panetteria {name}; {name} Architetti {form}; Falegnameria {name}; Ristorante {name};
        Fiduciaria {name} {form}; Libreria {name}; Garage {name} {form}; Filarmonica {city}"""
    ),
    "en": _listed(
        """{name} & Sons {form}; {name} Design Studio; {name} Consulting {form}; The {name} Bakery;
        {name} Photography; {city} Cycling Club; {city} Film Society; {name} Architects {form}"""
    ),
}
LEGAL_FORMS = {
    ("CH", "de"): "AG",
    ("DE", "de"): "GmbH",
    ("CH", "fr"): "Sàrl",
    ("FR", "fr"): "SARL",
    ("CH", "it"): "Sagl",
    ("IT", "it"): "S.r.l.",
    ("CH", "en"): "GmbH",
    ("GB", "en"): "Ltd",
}

# A town's own numbers where it has some, else its country's. In Germany, France and Britain they are from the ranges
# that the regulators (Bundesnetzagentur, ARCEP, Ofcom) keep free for films.
PHONES = {
    "CH": ["+41760######", "+41780######", "+41790######"],
    "DE": ["+4917139200##", "+4917604069###"],
    "Berlin": ["+493023125###"],
    "Hamburg": ["+494066969###"],
    "München": ["+498999998###"],
    "Köln": ["+492214710###"],
    "Frankfurt am Main": ["+496990009###"],
    "FR": ["+3346571####"],
    "Paris": ["+3319900####"],
    "Rennes": ["+3326191####"],
    "Strasbourg": ["+3335301####"],
    "Mulhouse": ["+3335301####"],
    "Besançon": ["+3335301####"],
    "Bordeaux": ["+3353649####"],
    "Toulouse": ["+3353649####"],
    "IT": ["+393200######", "+393400######"],
    "London": ["+442079460###"],
    "Manchester": ["+441614960###"],
    "Edinburgh": ["+441314960###"],
    "Bristol": ["+441174960###"],
    "Leeds": ["+441134960###"],
    "Cardiff": ["+442920180###"],
    "Glasgow": ["+441414960###"],
    "Birmingham": ["+441214960###"],
    "Sheffield": ["+441144960###"],
    "Liverpool": ["+441514960###"],
    "Newcastle upon Tyne": ["+441914980###"],
}


def organization(rng: Random, *, name: str, city: str, country: str, language: str) -> str:
    pattern = rng.choice(ORGANIZATIONS[language])
    return pattern.format(name=name, city=city, form=LEGAL_FORMS[country, language])


def street_address(rng: Random, *, country: str, spoken: str) -> str:
    street, number = rng.choice(STREETS[spoken]), rng.randint(1, 98)
    if country == "DE":
        street = street.replace("strasse", "straße")
    return f"{number} {street}" if country in ("FR", "GB") else f"{street} {number}"


def phone(rng: Random, *, country: str, city: str) -> str:
    pattern = rng.choice(PHONES.get(city) or PHONES[country])
    return "".join(str(rng.randrange(10)) if sign == "#" else sign for sign in pattern)
