"""What an app or a site may report about one use: these parts and no others, each of a narrow form."""

from ipaddress import ip_address
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, StrictStr

from webapp.integrations.intake.types import Address, Moment, Part, of_text, stays_in_line
from webapp.interactions.batches import Observation


def _network_address(text: str) -> str:
    address = ip_address(text.partition("%")[0])  # what follows names an interface of the sender's
    return str(address)


Number = Annotated[UUID, BeforeValidator(of_text)]
Line = Annotated[StrictStr, Field(min_length=1, max_length=100), AfterValidator(stays_in_line)]
NetworkAddress = Annotated[StrictStr, Field(max_length=60), AfterValidator(_network_address)]
LanguageTag = Annotated[StrictStr, Field(max_length=35, pattern=r"^[A-Za-z]{2,8}([-_.@=][A-Za-z0-9]{1,8})*$")]
Hardware = Annotated[StrictStr, BeforeValidator(lambda text: str(of_text(text)).lower())]


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
    access_points: list[AccessPoint] = Field(default=[], max_length=20)
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
