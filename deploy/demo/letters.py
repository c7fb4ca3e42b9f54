"""The campaigns that the demo's company has sent, and the draft that waits to be sent."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """`leaving`: how many of ten thousand readers unsubscribe over it. `stopped_after`: percent of its readers.

    `refused_at`: where mail servers took offence at it.
    """

    topic: str
    days_ago: int
    minute: int
    subject: str
    body: str
    language: str | None = None
    leaving: int = 100
    stopped_after: int | None = None
    refused_at: str | None = None


PAST = [
    Letter(
        "news",
        349,
        437,
        "Your control panel, tidied up",
        """\
Hello {{ given_name | there }},

we counted the clicks it took to renew a certificate in our control panel: eleven. Now it takes **one**.

What else is different since this morning:

- **One page per website.** Domain, mailboxes, backups and statistics are side by side.
- **Search.** Press `/` on any page and type what you need.
- **A dark mode**, for those who fix things at night.

Nothing has moved that you had bookmarked: all old addresses lead to the right place.

[See the new control panel](https://alpenglow.example/panel)

If you miss anything, just reply. We read everything.

Your team in Chur
""",
        leaving=120,
    ),
    Letter(
        "tips",
        314,
        495,
        "Three ways to a faster website, {{ given_name | friend }}",
        """\
Hello {{ given_name | there }},

half of all visitors leave when a page takes longer than three seconds. These three steps cost nothing:

1. **Shrink your pictures.** A photo straight from a phone has 4 MB; 200 KB look just the same on a screen. \
*Images → Optimise* in the control panel does it for all of them.
2. **Switch on caching.** One switch under *Speed*. We measured pages that came twice as fast.
3. **Clear out plugins.** Each one adds its own scripts. Keep those that you could explain to a friend.

[Measure your site before and after](https://alpenglow.example/speed-test)

Have fun, your team in Chur
""",
        leaving=140,
    ),
    Letter(
        "offers",
        284,
        424,
        "Ihre .ch-Domain: das erste Jahr für 5 Franken",
        """\
Guten Tag {{ full_name }}

Ihr Verein, Ihr Laden oder Ihr Familienname: Bis Ende Monat registrieren wir jede freie **.ch-Domain** im ersten Jahr \
für **5 Franken** statt 14.

- ohne Kleingedrucktes: Danach kostet sie 14 Franken im Jahr und ist jederzeit kündbar
- E-Mail-Weiterleitung und Zertifikat sind dabei
- bis zu drei Domains pro Person

[Jetzt prüfen, ob Ihr Name noch frei ist](https://alpenglow.example/de/domains)

Herzliche Grüsse aus Chur
""",
        language="de",
        leaving=260,
    ),
    Letter(
        "news",
        216,
        432,
        "A backup every hour, for everyone",
        """\
Hello {{ given_name | there }},

a deleted page, an update gone wrong: from today you go back by **one hour** instead of one day.

- **How often:** every hour instead of every night
- **How far back:** 30 days instead of 14
- **What it costs:** nothing any more; it is part of every plan

You need not do anything, and it works for mailboxes too. Restoring takes two clicks, and you can look into \
a backup before you bring it back.

[How to restore a single file](https://alpenglow.example/help/restore)

Sleep well, your team in Chur
""",
        leaving=100,
    ),
    Letter(
        "tips",
        179,
        468,
        "Un site qui se lit bien sur un téléphone",
        """\
Bonjour {{ given_name | à vous }},

deux visites sur trois se font aujourd’hui depuis un téléphone. Cinq minutes suffisent pour vérifier l’essentiel :

- **Ouvrez votre site dans la rue**, en plein soleil. Le texte est-il encore lisible ?
- **Appuyez sur chaque bouton avec le pouce.** S’il faut s’y reprendre à deux fois, il est trop petit.
- **Cherchez votre numéro de téléphone.** Une seule pression devrait suffire pour appeler.

[Notre liste complète en une page](https://alpenglow.example/fr/conseils/telephone)

Meilleures salutations de Coire
""",
        language="fr",
        leaving=120,
    ),
    Letter(
        "stories",
        145,
        515,
        "What our river does all night",
        """\
Hello {{ given_name | there }},

at three in the morning hardly anybody reads your website. The river does not mind: it turns our turbines anyway.

So we gave the night something to do. Between midnight and five we now make all backups, rebuild search indexes and \
heat the **swimming pool of Chur’s primary school** with what the servers give off. Last year that was 410 MWh, \
which is as much as ninety households use.

> “We used to apologise for the noise. Now the children wave.”
>
> Gian-Marchet, who looks after the turbines

[The whole story, with pictures](https://alpenglow.example/stories/night-shift)
""",
        leaving=80,
    ),
    Letter(
        "offers",
        111,
        426,
        "The first 100 GB are on us",
        """\
Hello {{ given_name | there }},

photos, invoices, the archive of the choir: our new **object storage** keeps them in two places at once, both in \
Switzerland.

To try it, the first **100 GB are free for six months**, for you and for anybody at {{ organization | your place }}. \
After that it is CHF 0.02 per gigabyte and month, and nothing for downloads.

It speaks S3, so the program you use today most likely knows it already.

[Create your first bucket](https://alpenglow.example/storage)

The offer is good until the end of the month.
""",
        leaving=280,
    ),
    Letter(
        "events",
        69,
        452,
        "Workshop: your own email domain in one hour",
        """\
Hello {{ given_name | there }},

`info@` your own name looks good on a business card. In one hour we set it up together, online and free of charge:

- which mailboxes you need, and which only cause work
- SPF, DKIM and DMARC, so that your emails arrive
- moving the old mailbox without losing anything

**Next Thursday at 16:00.** A web browser is all you need.

[Save my place](https://alpenglow.example/workshops/email-domian)
""",
        leaving=100,
        stopped_after=38,
    ),
    Letter(
        "events",
        69,
        506,
        "Workshop: your own email domain in one hour (with a link that works)",
        """\
Hello {{ given_name | there }},

this morning some of you got an invitation with a wrong link. We are sorry! Here is the right one:

[Save my place](https://alpenglow.example/workshops/email-domain)

**Next Thursday at 16:00**, online and free of charge, we set up `info@` your own name together: mailboxes, SPF, DKIM \
and DMARC, and moving what is in the old mailbox.

See you there!
""",
        leaving=190,
    ),
    Letter(
        "news",
        6,
        441,
        "Sign in without a password, {{ given_name | friend }}",
        """\
Hello {{ given_name | there }},

from today you sign in to the control panel with your **fingerprint, your face or a security key**. It is called a \
passkey, takes a minute to set up, and there is nothing left that anybody could guess or steal.

- It works on phones and computers of the last five years.
- Your fingerprint never leaves your device; we only get a signature.
- Your password keeps working for as long as you like.

[Set up a passkey](https://alpenglow.example/panel/passkeys)

Questions? Just reply to this email.

Your team in Chur
""",
        leaving=150,
    ),
    Letter(
        "news",
        4,
        446,
        "Recommend us, and plant a stone pine",
        """\
Hello {{ given_name | there }},

most of you found us because somebody told you. So let us thank those who tell: for each friend who moves a website \
to us before the end of the year, we plant a **stone pine** above Arosa, in the protection forest.

- Your friend gets the **first three months free**.
- You get a photo of your tree, and where it stands.
- We never write to your friend: you pass on the link yourself.

[Get your link](https://short.example/stone-pine)

Your team in Chur
""",
        leaving=90,
        refused_at="example.net",
    ),
]

DRAFT = Letter(
    "tips",
    0,
    0,
    "{{ given_name | Hello }}, does your website know what day it is?",
    """\
Hello {{ given_name | there }},

opening hours from last year, a price list from the year before: nothing makes a website look more forgotten. This is \
our list for a quiet quarter of an hour:

1. **Opening hours and holidays**, on your own pages and in the maps
2. **Prices**, also in the PDF that somebody linked to years ago
3. **People**: who left, who joined, and whose photo is from another decade?
4. **The year at the foot of each page**

{% if organization %}
Done? Then {{ organization }} is ahead of most others. Who looks after your pages may like this list, too.
{% else %}
Done? Then your website is ahead of most others.
{% endif %}

[All our check lists](https://alpenglow.example/tips/check-lists)

Have a good week, your team in Chur
""",
)
