"""What an app or a site may report about one use: these parts and no others, each of a narrow form."""

import unicodedata
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from webapp.interactions.batches import Observation
from webapp.subjects import addresses
from webapp.subjects.addresses import LONGEST_ADDRESS
from webapp.subjects.fields import BREAKING, TURNING


def _of_text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("should be a text")
    return value


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(_of_text(value)))
        return _with_offset(moment).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is out of range") from error


def _with_offset(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("should say its offset from UTC, such as 2026-03-05T08:15:00Z")
    return moment


def _stays_in_line(text: str) -> str:
    if any(unicodedata.category(sign) in BREAKING or sign in TURNING for sign in text):
        raise ValueError("should hold no line breaks and no invisible control characters")
    return unicodedata.normalize("NFC", text)


def _network_address(text: str) -> str:
    address = ip_address(text.partition("%")[0])  # what follows names an interface of the sender's
    return str(address)


Number = Annotated[UUID, BeforeValidator(_of_text)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Address = Annotated[StrictStr, Field(max_length=LONGEST_ADDRESS), AfterValidator(addresses.normalize)]
Line = Annotated[StrictStr, Field(min_length=1, max_length=100), AfterValidator(_stays_in_line)]
NetworkAddress = Annotated[StrictStr, Field(max_length=60), AfterValidator(_network_address)]
LanguageTag = Annotated[StrictStr, Field(max_length=35, pattern=r"^[A-Za-z]{2,8}([-_.@=][A-Za-z0-9]{1,8})*$")]
Hardware = Annotated[StrictStr, BeforeValidator(lambda text: str(_of_text(text)).lower())]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Device(Part):
    model: Line | None = None
    os: Line | None = None
    os_version: Line | None = None
    browser: Line | None = None
    browser_version: Line | None = None
    screen: Line | None = None
    time_zone: Line | None = None


class AccessPoint(Part):
    """Number and strength are enough to tell a place. Names of networks tell of their owners, too."""

    bssid: Annotated[Hardware, Field(pattern=r"^([0-9a-f]{2}:){5}[0-9a-f]{2}$")]
    signal: Annotated[StrictInt, Field(ge=-120, le=0)]  # dBm


class Reported(Part):
    id: Number
    email: Address
    observed_at: Moment
    app: Line
    device: Device | None = None
    ip: NetworkAddress | None = None
    locale: LanguageTag | None = None
    language: LanguageTag | None = None
    access_points: Annotated[list[AccessPoint], Field(max_length=20)] = []
    gpc: StrictBool = False  # the browser sent Sec-GPC: 1

    def observation(self) -> Observation:
        usage: dict[str, Any] = self.model_dump(include={"device", "ip", "locale", "language"}, exclude_none=True)
        return Observation(
            id=self.id,
            email=self.email,
            observed_at=self.observed_at,
            app=self.app,
            usage=usage,
            access_points=[point.model_dump() for point in self.access_points],
            privacy_signal=self.gpc,
        )
