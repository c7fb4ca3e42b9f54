"""How people use the company's apps and sites, as far as they agreed."""

from flask_babel import lazy_gettext as _l

from webapp.interactions.models import Interaction, NearbyAccessPoints
from webapp.privacy.data_map.retention import Clock, Period, Retention
from webapp.privacy.data_map.vocabulary import (
    NUMBER,
    Category,
    NotPersonal,
    OtherTable,
    Part,
    People,
    Personal,
    Purpose,
    Source,
    SubjectTable,
)
from webapp.privacy.data_map.words import language_name

INTERACTION, IMPROVEMENT, OBSERVED = Category.INTERACTION, [Purpose.IMPROVEMENT], Source.OBSERVED
ABOUT = [People.CUSTOMERS, People.READERS]
SENDER = NotPersonal("which system of the company's sent it, and when")
# Where somebody was is soon of no use, and tells more about them than anything else here.
NEARBY = Retention(
    Clock.RECORDED,
    Period(months=3),
    "GDPR Art. 5(1)(e) and 17(1)(b); Art. 29 Working Party, Opinion 13/2011, 5.5",
    while_agreed=True,
)

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Interaction,
        _l("When you used our apps and sites"),
        reach=Interaction.subject_id,
        order=Interaction.observed_at,
        about=ABOUT,
        attributes={
            Interaction.observed_at: Personal(_l("When"), INTERACTION, IMPROVEMENT, OBSERVED),
            Interaction.app: Personal(_l("App or site"), INTERACTION, IMPROVEMENT, OBSERVED),
            Interaction.device: Personal(
                _l("Device"),
                INTERACTION,
                IMPROVEMENT,
                OBSERVED,
                parts={
                    "model": Part(_l("model")),
                    "os": Part(_l("operating system")),
                    "os_version": Part(_l("its version")),
                    "browser": Part(_l("browser")),
                    "browser_version": Part(_l("version of the browser")),
                    "screen": Part(_l("screen")),
                    "time_zone": Part(_l("time zone")),
                },
            ),
            Interaction.ip: Personal(_l("Network address"), INTERACTION, IMPROVEMENT, OBSERVED),
            Interaction.locale: Personal(_l("Language and region"), INTERACTION, IMPROVEMENT, OBSERVED),
            Interaction.language: Personal(_l("Language"), INTERACTION, IMPROVEMENT, OBSERVED, words=language_name),
            Interaction.id: NUMBER,
            Interaction.subject_id: NUMBER,
            Interaction.key_id: SENDER,
            Interaction.received_at: SENDER,
        },
    ),
    SubjectTable(
        NearbyAccessPoints,
        _l("Wireless networks near your device"),
        reach=NearbyAccessPoints.subject_id,
        order=NearbyAccessPoints.observed_at,
        keep=NEARBY,
        about=ABOUT,
        attributes={
            NearbyAccessPoints.observed_at: Personal(_l("When"), INTERACTION, IMPROVEMENT, OBSERVED),
            NearbyAccessPoints.app: Personal(_l("App or site"), INTERACTION, IMPROVEMENT, OBSERVED),
            NearbyAccessPoints.access_points: Personal(
                _l("Wireless networks"),
                INTERACTION,
                IMPROVEMENT,
                OBSERVED,
                parts={
                    "bssid": Part(_l("number")),
                    "signal": Part(_l("strength (dBm)")),
                },
            ),
            NearbyAccessPoints.id: NUMBER,
            NearbyAccessPoints.subject_id: NUMBER,
            NearbyAccessPoints.key_id: SENDER,
            NearbyAccessPoints.received_at: SENDER,
        },
    ),
]
