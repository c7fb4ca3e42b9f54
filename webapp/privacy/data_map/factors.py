"""What signs a person in besides the password."""

from flask_babel import lazy_gettext as _l

from webapp.accounts.factors.models import AccountRecovery, AuthenticatorApp, Passkey, RecoveryCode
from webapp.privacy.data_map.accounts import ACCESS, OBSERVED, PROVIDED, SECURITY
from webapp.privacy.data_map.retention import PROOF_OF_EVENT, WHILE_CUSTOMER
from webapp.privacy.data_map.subjects import SECRET
from webapp.privacy.data_map.vocabulary import NUMBER, NotPersonal, OtherTable, People, Personal, Source, SubjectTable

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        AuthenticatorApp,
        _l("Authenticator app"),
        reach=AuthenticatorApp.subject_id,
        since=AuthenticatorApp.added_at,
        keep=WHILE_CUSTOMER,
        about=[People.CUSTOMERS, People.STAFF],
        attributes={
            AuthenticatorApp.added_at: Personal(_l("Added"), ACCESS, SECURITY, OBSERVED),
            AuthenticatorApp.key: Personal(
                _l("The key that your app shows codes with"), ACCESS, SECURITY, Source.DERIVED, withheld=SECRET
            ),
            AuthenticatorApp.last_step: NotPersonal("which code was used last, so that it is not used again"),
            AuthenticatorApp.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        Passkey,
        _l("Passkeys"),
        reach=Passkey.subject_id,
        order=Passkey.added_at,
        keep=WHILE_CUSTOMER,
        correct_at="accounts.security",
        about=[People.CUSTOMERS, People.STAFF],
        attributes={
            Passkey.name: Personal(_l("Name of the passkey"), ACCESS, SECURITY, PROVIDED),
            Passkey.added_at: Personal(_l("Added"), ACCESS, SECURITY, OBSERVED),
            Passkey.used_at: Personal(_l("Last used"), ACCESS, SECURITY, OBSERVED),
            Passkey.credential_id: Personal(
                _l("Number of the passkey"), ACCESS, SECURITY, Source.DERIVED, withheld=SECRET
            ),
            Passkey.public_key: Personal(
                _l("The key that your passkey is recognised by"), ACCESS, SECURITY, Source.DERIVED, withheld=SECRET
            ),
            Passkey.sign_count: NotPersonal("shows when a passkey was copied"),
            Passkey.transports: NotPersonal("how a browser reaches the passkey: USB, NFC, built in"),
            Passkey.id: NUMBER,
            Passkey.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        RecoveryCode,
        _l("Recovery codes"),
        reach=RecoveryCode.subject_id,
        order=RecoveryCode.mark,
        since=RecoveryCode.made_at,
        keep=WHILE_CUSTOMER,
        about=[People.CUSTOMERS, People.STAFF],
        attributes={
            RecoveryCode.made_at: Personal(_l("Made"), ACCESS, SECURITY, OBSERVED),
            RecoveryCode.used_at: Personal(_l("Used"), ACCESS, SECURITY, OBSERVED),
            RecoveryCode.code_hash: Personal(_l("Recovery code"), ACCESS, SECURITY, Source.DERIVED, withheld=SECRET),
            RecoveryCode.mark: Personal(
                _l("First character of a recovery code"), ACCESS, SECURITY, Source.DERIVED, withheld=SECRET
            ),
            RecoveryCode.id: NUMBER,
            RecoveryCode.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        AccountRecovery,
        _l("Recoveries of your account"),
        reach=AccountRecovery.subject_id,
        order=AccountRecovery.started_at,
        keep=PROOF_OF_EVENT,
        about=[People.CUSTOMERS, People.STAFF],
        attributes={
            AccountRecovery.reason: Personal(_l("Reason"), ACCESS, SECURITY, OBSERVED, free_text=True),
            AccountRecovery.started_at: Personal(_l("Started"), ACCESS, SECURITY, OBSERVED),
            AccountRecovery.due_at: Personal(_l("End of the waiting time"), ACCESS, SECURITY, Source.DERIVED),
            AccountRecovery.reminded_at: Personal(_l("Told again"), ACCESS, SECURITY, OBSERVED),
            AccountRecovery.link_sent_at: Personal(_l("Link sent"), ACCESS, SECURITY, OBSERVED),
            AccountRecovery.cancelled_at: Personal(_l("Stopped"), ACCESS, SECURITY, OBSERVED),
            AccountRecovery.finished_at: Personal(_l("Account recovered"), ACCESS, SECURITY, OBSERVED),
            AccountRecovery.started_by: Personal(
                _l("Who started it"),
                ACCESS,
                SECURITY,
                OBSERVED,
                withheld=_l("A number, which is that of a member of our staff."),
            ),
            AccountRecovery.id: NUMBER,
            AccountRecovery.subject_id: NUMBER,
        },
    ),
]
