"""The promises about what is collected and what for (P1 to P9)."""

from flask_babel import lazy_gettext as _l

from webapp.privacy.promises.vocabulary import Group, Promise

COLLECTION = Group.COLLECTION

PROMISES = [
    Promise(
        "P1",
        COLLECTION,
        _l("We collect as little about you as possible."),
        how=_l(
            "Every field that we store is written down in one list, with its purpose, legal basis, source and time "
            "limit. The program is tested against that list: a field that is not in it cannot be released."
        ),
    ),
    Promise(
        "P2",
        COLLECTION,
        _l("Contact details: your name, company, email address, mobile phone and postal address."),
        how=_l("You see them in your profile and correct them there. Only name and email address are required."),
    ),
    Promise(
        "P3",
        COLLECTION,
        _l("Access data: passwords and what else signs you in."),
        how=_l(
            "Passwords are kept as fingerprints that cannot be turned back, other secrets are encrypted. "
            "Neither you nor our staff nor a copy of your data ever shows them."
        ),
    ),
    Promise(
        "P4",
        COLLECTION,
        _l("Interaction data: device, IP address, language, access points near you, cookies."),
        how=_l(
            "Stored only while you agree to it, or where your account’s security needs it. Each kind has a time limit, "
            "after which it is deleted. Cookies are the necessary ones only."
        ),
        missing=_l("Records of sign-ins are not deleted by themselves yet when their time is over."),
    ),
    Promise(
        "P5",
        COLLECTION,
        _l("Payment data: billing address, payment methods and payment history. Never a card number."),
        missing=_l(
            "Products, invoices and payment methods are not part of this software yet: it holds no payment data."
        ),
    ),
    Promise(
        "P6",
        COLLECTION,
        _l("Documents that you send us are encrypted, seen only by who works on your request, and deleted afterwards."),
        missing=_l("Documents cannot be sent in here yet: none are held."),
    ),
    Promise(
        "P7",
        COLLECTION,
        _l("Every contact with us, by whichever channel, is on record and among your own data."),
        how=_l("Registration, sign-ins, what you changed and every email to you are listed in your account."),
        missing=_l("Support tickets, chats and phone calls are not recorded here yet."),
    ),
    Promise(
        "P8",
        COLLECTION,
        _l("We use your data for nine named uses and no other."),
        how=_l(
            "Each field names the uses it serves, out of these nine. One without a use stops the program from starting."
        ),
    ),
    Promise(
        "P9",
        COLLECTION,
        _l("We never share your data with third parties without good reason."),
        how=_l("The policy says for each use who receives data. Nobody else does."),
        missing=_l(
            "The register of single disclosures, for example to an authority, is not part of this software yet."
        ),
    ),
]
