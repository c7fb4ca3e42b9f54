"""The second factors as a fresh proof: importing this offers them on the proof page."""

from webapp.accounts.factors import authenticator, passkeys
from webapp.accounts.factors.forms import CodeProofForm, PasskeyProofForm
from webapp.accounts.proofs import Way, offer

offer(
    Way(
        "authenticator",
        CodeProofForm,
        "accounts/_proof_authenticator.html",
        offered=lambda account: authenticator.of(account) is not None,
    )
)
offer(
    Way("passkey", PasskeyProofForm, "accounts/_proof_passkey.html", offered=lambda account: bool(passkeys.of(account)))
)
