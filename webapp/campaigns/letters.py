"""A campaign as one worker writes it: compiled once for each variant of its text, language and kind of relay."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from webapp.campaigns import audience
from webapp.campaigns.claims import Send
from webapp.campaigns.models import Campaign
from webapp.campaigns.rendering import Manuscript, Text, compile_text
from webapp.campaigns.stencil import Stencil, WaysBack
from webapp.db import db
from webapp.mail.bounces import return_paths
from webapp.mail.delivery import Parcel
from webapp.mail.smtp.conversation import Letter, Offers

MOST = 100  # stencils; that is enough for six conditions, and more are compiled again when their turn comes


class Letters:
    """Reads the campaign before anything is claimed: from then on nothing is asked for, so nothing can be missing."""

    def __init__(self, send: Send) -> None:
        self._key = send.campaign_id.hex
        self._month = send.month
        self._ours = return_paths.ours()
        self._manuscript = Manuscript.of(db.session.get_one(Campaign, send.campaign_id))
        self._stencil = lru_cache(MOST)(self._make)

    def parcel(self, row: Row[Any], date: str, trace: memoryview) -> Parcel:
        """`date` as RFC 5322 writes it."""

        def compose(offers: Offers) -> Letter:
            letter = self._letter(row, date, offers)
            letter.trace = trace
            return letter

        return Parcel(row.id, row.attempts, compose)

    def _letter(self, row: Row[Any], date: str, offers: Offers) -> Letter:
        reader = audience.from_row(row.subject_id, row)
        stencil = self._stencil(self._manuscript.text_for(reader), reader.language, offers.eight_bits)
        key = f"{self._key}.{row.id}"
        return stencil.letter(reader, key=key, date=date, ways_back=self._ways_back(row, reader.email))

    def _make(self, text: Text, language: str, eight_bits: bool) -> Stencil:
        return Stencil(compile_text(text, self._manuscript, language), eight_bits=eight_bits)

    def _ways_back(self, row: Row[Any], to: str) -> WaysBack | None:
        if self._ours is None:
            return None
        return WaysBack(
            self._ours.for_delivery(self._month, row.id, to=to), self._ours.to_unsubscribe(self._month, row.id)
        )
