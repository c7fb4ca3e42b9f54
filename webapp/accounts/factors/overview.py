"""What an account has besides its password, for the pages that show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.accounts.factors import authenticator, passkeys, recoveries, recovery_codes
from webapp.accounts.factors.models import AccountRecovery, AuthenticatorApp, Passkey
from webapp.accounts.models import Account
from webapp.clock import utc_now


@dataclass(frozen=True)
class Factors:
    authenticator: AuthenticatorApp | None
    passkeys: Sequence[Passkey]
    codes_left: int
    recovery: AccountRecovery | None

    @property
    def count(self) -> int:
        return len(self.passkeys) + (self.authenticator is not None)

    def __bool__(self) -> bool:
        return self.count > 0


def factors_of(account: Account) -> Factors:
    return Factors(
        authenticator=authenticator.of(account),
        passkeys=passkeys.of(account),
        codes_left=recovery_codes.left(account),
        recovery=recoveries.of(account, now=utc_now()),
    )
