"""What a policy says about the company itself, wherever its text has a placeholder."""

from webapp.config import settings

NEEDED = ("company_name", "company_address", "privacy_contact")
OPTIONAL = ("data_protection_officer", "eu_representative", "data_transfers")


def facts() -> dict[str, str]:
    """By the name of the setting; empty when that is not set."""
    chosen = settings()
    return {name: str(getattr(chosen, name)) for name in (*NEEDED, *OPTIONAL)}
