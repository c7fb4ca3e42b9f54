"""The promises about security and openness (P21 to P34)."""

from flask_babel import lazy_gettext as _l

from webapp.privacy.promises.vocabulary import Group, Promise

PROTECTION, OWN_PART, OPENNESS = Group.PROTECTION, Group.OWN_PART, Group.OPENNESS

PROMISES = [
    Promise(
        "P21",
        PROTECTION,
        _l("What you send us is encrypted on the way, and what is sensitive is encrypted where it lies."),
        how=_l(
            "Pages open through HTTPS only. Every person has a key of their own for what is sensitive; "
            "the keys that protect those keys can be exchanged."
        ),
    ),
    Promise(
        "P22",
        PROTECTION,
        _l("You can protect your account with a second factor."),
        how=_l("Authenticator apps, passkeys and recovery codes on paper. Who works here must use one."),
    ),
    Promise(
        "P23",
        PROTECTION,
        _l("Our staff is trained in privacy every year."),
        missing=_l("Training is not recorded by this software yet."),
    ),
    Promise(
        "P24",
        PROTECTION,
        _l("Our systems are protected against intruders."),
        how=_l(
            "Requests are limited per network, guessing is slowed down, browsers get strict rules, "
            "and pages for staff can be closed to all networks but ours."
        ),
    ),
    Promise(
        "P25",
        PROTECTION,
        _l("Several layers: no single failure opens your data."),
        how=_l(
            "Every page says who may open it, and is closed unless it does. Roles, encryption and the log stand behind."
        ),
    ),
    Promise(
        "P26",
        PROTECTION,
        _l("We keep watch."),
        how=_l(
            "What is done with your data is written into a log that shows any later change. "
            "A figure on this page that leaves its limit alerts our privacy officers."
        ),
        missing=_l("Alerts on suspicious activity are not part of this software yet."),
    ),
    Promise(
        "P27",
        OWN_PART,
        _l("Different, complex passwords."),
        how=_l("We refuse passwords that were stolen elsewhere, are easy to guess, or contain your own name."),
    ),
    Promise(
        "P28",
        OWN_PART,
        _l("Passwords are never shared."),
        how=_l("Nobody of us ever asks for yours. A passkey needs none at all."),
    ),
    Promise(
        "P29",
        OWN_PART,
        _l("You log out on shared computers."),
        how=_l("Tick “This is a shared computer” and we do it for you; elsewhere sign out everywhere with one click."),
    ),
    Promise(
        "P30",
        OWN_PART,
        _l("You think about your password every year."),
        how=_l("After a year we ask by email whether it is still a good one. You need not change it."),
    ),
    Promise(
        "P31",
        OWN_PART,
        _l("You turn on a second factor."),
        how=_l("The security check-up in your account shows what is missing and leads you there."),
    ),
    Promise(
        "P32",
        OWN_PART,
        _l("Virus scanner: every file that is sent to us is scanned before anyone opens it."),
        how=_l("The check-up reminds you to run one on your own devices."),
        missing=_l("Files cannot be sent to us here yet, so there is nothing to scan."),
    ),
    Promise(
        "P33",
        OPENNESS,
        _l("You hear of changes to this policy."),
        how=_l(
            "Every version stays readable with its date, and its differences from the one before. You get an email."
        ),
    ),
    Promise(
        "P34",
        OPENNESS,
        _l("You can tell us what you think of a page."),
        missing=_l("“Was this page helpful?” is not part of this software yet."),
    ),
]
