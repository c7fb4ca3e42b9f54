"""Whether an account is protected by more than a password."""

from webapp.accounts.models import Account


def has_second_factor(account: Account) -> bool:
    return False
