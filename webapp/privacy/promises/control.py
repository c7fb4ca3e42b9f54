"""The promises about what people may do with their data (P10 to P20, P35)."""

from flask_babel import lazy_gettext as _l

from webapp.privacy.promises.vocabulary import Group, Promise

CONTROL, DELETION = Group.CONTROL, Group.DELETION

PROMISES = [
    Promise(
        "P10",
        CONTROL,
        _l("You can correct your data at any time."),
        how=_l("“My data” leads from each entry to where you correct it, and says why where you cannot."),
    ),
    Promise(
        "P12",
        CONTROL,
        _l("You can see everything we hold about you."),
        how=_l(
            "“My data” shows every entry: since when, where from, why and until when. Secrets are named, not shown."
        ),
        missing=_l("If you have no account, please write to us: a form for that is not part of this software yet."),
    ),
    Promise(
        "P20",
        CONTROL,
        _l("You get an electronic copy of your data, which other providers can read, within 30 days."),
        how=_l("You ask for it by one button. A minute later you can download it, and get an email with the link."),
    ),
    Promise(
        "P13",
        CONTROL,
        _l("You can unsubscribe at the foot of every marketing email."),
        how=_l(
            "The link works with one click, without signing in, for ever. Each email asks for your consent once more "
            "at the moment it leaves, so that a no counts even for emails that are on their way."
        ),
    ),
    Promise(
        "P14",
        CONTROL,
        _l("Messages about the service reach you even so, and are never used for promotion."),
        how=_l(
            "There is a fixed number of such messages. Their texts belong to the program; nobody can add advertising."
        ),
    ),
    Promise(
        "P35",
        CONTROL,
        _l("You can object to a use of your data, or have it restricted."),
        how=_l(
            "Under “Object or restrict”: the use ends with the click. Marketing ends for good; about other uses our "
            "privacy officer decides within a month, and tells you why."
        ),
    ),
    Promise(
        "P11",
        DELETION,
        _l("You can ask for the complete deletion of your data."),
        missing=_l("Deletion is not part of this software yet. Please write to us."),
    ),
    Promise(
        "P15",
        DELETION,
        _l("You can close your account when no product or service in it is active any more."),
        how=_l(
            "What is still active is named, with the way to end it. You confirm by the link in an email and a sign-in, "
            "and can open the account again until it is deleted."
        ),
    ),
    Promise(
        "P16",
        DELETION,
        _l("We delete what is no longer needed, and tell you before what stays, why, and until when."),
        how=_l(
            "Every field has a time limit, which “My data” and the policy show. Each day what is over is deleted by "
            "itself; before you confirm a deletion, its plan names what stays, why, and until when."
        ),
    ),
    Promise(
        "P17",
        DELETION,
        _l("Deleting takes 30 days at most."),
        missing=_l("Deletion is not part of this software yet."),
    ),
    Promise(
        "P18",
        DELETION,
        _l(
            "Six months after an account has ended its data is deleted without your asking, unless you chose otherwise."
        ),
        how=_l(
            "We write to you 30 and 7 days before. You can have it deleted earlier, or kept for another year at a "
            "time. A closed account gets no marketing."
        ),
    ),
    Promise(
        "P19",
        DELETION,
        _l("After that it is gone: no sign-in, no payment history, no trace beyond what the law makes us keep."),
        missing=_l("Deletion is not part of this software yet."),
    ),
]
