"""The words on the switches and buttons by which people agree and withdraw, for the page and for the ledger alike."""

from flask_babel import gettext as _

from webapp.consents.models import Topic


def topic_switch(topic: Topic, language: str) -> str:
    return " – ".join(filter(None, [topic.title(language), topic.description(language)]))


def unsubscribe_button(topic: Topic | None, language: str) -> str:
    return str(_("Unsubscribe from “%(topic)s”", topic=topic.title(language))) if topic else stop_button()


def stop_button() -> str:
    return str(_("Stop all marketing emails"))
