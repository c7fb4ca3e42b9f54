"""What an account has besides its password, for the pages that show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.accounts.factors import authenticator, passkeys, recovery_codes
from webapp.accounts.factors.models import AuthenticatorApp, Passkey
from webapp.accounts.models import Account


@dataclass(frozen=True)
class Factors:
    authenticator: AuthenticatorApp | None
    passkeys: Sequence[Passkey]
    codes_left: int

    @property
    def count(self) -> int:
        return len(self.passkeys) + (self.authenticator is not None)

    def __bool__(self) -> bool:
        return self.count > 0


def factors_of(account: Account) -> Factors:
    return Factors(authenticator.of(account), passkeys.of(account), recovery_codes.left(account))
