"""Mail providers whose servers we know, by the domain of the address or by where the domain's mail goes (MX).

Sources: the providers' help pages and Thunderbird's collection (github.com/thunderbird/autoconfig). Who is not here is
found by `discover.py`; who is, need not be asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tugi.channels.email.settings import Server, SignIn

# What people must know before they sign in; the words are texts in locales/channels.
Hint = Literal["app_password", "enable_imap", "oauth_only", "no_imap"]
UserName = Literal["address", "local"]


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. user_name: what it takes as user: the whole address, or what stands before the @.

    mx: ends of host names that take mail for customers' own domains. imap is None: no mail program can read it.
    """

    name: str
    imap: Server | None
    smtp: Server | None
    domains: frozenset[str] = frozenset()
    mx: tuple[str, ...] = ()
    sign_in: SignIn = "password"
    hint: Hint | None = None
    help_url: str = ""
    user_name: UserName = "address"


def _tls(host: str) -> Server:
    return Server(host, 993, "tls")


def _smtps(host: str) -> Server:
    return Server(host, 465, "tls")


def _submission(host: str) -> Server:
    return Server(host, 587, "starttls")


def _domains(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROVIDERS = (
    Provider(
        "Google",
        _tls("imap.gmail.com"),
        _smtps("smtp.gmail.com"),
        _domains("gmail.com googlemail.com"),
        ("google.com", "googlemail.com"),
        "google",
        "app_password",
        "https://support.google.com/accounts/answer/185833",
    ),
    Provider(
        "Outlook.com",
        _tls("outlook.office365.com"),
        _submission("smtp-mail.outlook.com"),
        _domains("outlook.com hotmail.com live.com msn.com hotmail.fi live.fi outlook.fi hotmail.de live.de"),
        ("olc.protection.outlook.com",),
        "microsoft",
        "oauth_only",
        "https://support.microsoft.com/office/d088b986-291d-42b8-9564-9c414e2aa040",
    ),
    Provider(
        "Microsoft 365",
        _tls("outlook.office365.com"),
        _submission("smtp.office365.com"),
        mx=("mail.protection.outlook.com", "mx.microsoft"),
        sign_in="microsoft",
        hint="oauth_only",
        help_url="https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission",
    ),
    Provider(
        "Yahoo",
        _tls("imap.mail.yahoo.com"),
        _smtps("smtp.mail.yahoo.com"),
        _domains("yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.pl ymail.com rocketmail.com"),
        ("yahoodns.net",),
        hint="app_password",
        help_url="https://help.yahoo.com/kb/SLN15241.html",
    ),
    Provider(
        "AOL",
        _tls("imap.aol.com"),
        _smtps("smtp.aol.com"),
        _domains("aol.com"),
        hint="app_password",
    ),
    Provider(
        "iCloud",
        _tls("imap.mail.me.com"),
        _submission("smtp.mail.me.com"),
        _domains("icloud.com me.com mac.com"),
        ("mail.icloud.com",),
        hint="app_password",
        help_url="https://support.apple.com/102654",
    ),
    Provider("Zone", _tls("imap.zone.eu"), _smtps("smtp.zone.eu"), mx=("zonemx.eu", "zone.eu", "zone.ee")),
    Provider(
        "Veebimajutus",
        _tls("mail.veebimajutus.ee"),
        _smtps("mail.veebimajutus.ee"),
        mx=("veebimajutus.ee", "elkdata.ee"),
    ),
    Provider(
        "Mail.ee",
        _tls("mail.ee"),
        _smtps("mail.ee"),
        _domains("mail.ee"),
        hint="app_password",
        help_url="https://help.mail.ee/?keyword=email_clients_access",
    ),
    Provider(
        "Zoho (EU)",
        _tls("imap.zoho.eu"),
        _smtps("smtp.zoho.eu"),
        _domains("zoho.eu"),
        ("zoho.eu",),
        hint="enable_imap",
        help_url="https://www.zoho.com/mail/help/imap-access.html",
    ),
    Provider(
        "Zoho",
        _tls("imap.zoho.com"),
        _smtps("smtp.zoho.com"),
        _domains("zoho.com zohomail.com"),
        ("zoho.com",),
        hint="enable_imap",
        help_url="https://www.zoho.com/mail/help/imap-access.html",
    ),
    Provider(
        "Fastmail",
        _tls("imap.fastmail.com"),
        _smtps("smtp.fastmail.com"),
        _domains("fastmail.com fastmail.fm"),
        ("messagingengine.com",),
        hint="app_password",
        help_url="https://www.fastmail.help/hc/en-us/articles/360058752854",
    ),
    Provider(
        "GMX",
        _tls("imap.gmx.net"),
        _submission("mail.gmx.net"),
        _domains("gmx.de gmx.net gmx.at gmx.ch"),
        hint="enable_imap",
        help_url="https://hilfe.gmx.net/pop-imap/einschalten.html",
    ),
    Provider(
        "GMX",
        _tls("imap.gmx.com"),
        _submission("mail.gmx.com"),
        _domains("gmx.com gmx.us gmx.co.uk"),
        hint="enable_imap",
        help_url="https://support.gmx.com/pop-imap/toggle.html",
    ),
    Provider(
        "WEB.DE",
        _tls("imap.web.de"),
        _submission("smtp.web.de"),
        _domains("web.de"),
        hint="enable_imap",
        help_url="https://hilfe.web.de/pop-imap/einschalten.html",
    ),
    Provider(
        "Mail.ru",
        _tls("imap.mail.ru"),
        _smtps("smtp.mail.ru"),
        _domains("mail.ru inbox.ru list.ru bk.ru internet.ru"),
        ("mail.ru",),
        hint="app_password",
        help_url="https://help.mail.ru/mail/security/protection/external",
    ),
    Provider(
        "Yandex",
        _tls("imap.yandex.com"),
        _smtps("smtp.yandex.com"),
        _domains("yandex.com yandex.ru ya.ru yandex.by yandex.kz"),
        ("yandex.net", "yandex.ru"),
        hint="app_password",
        help_url="https://yandex.com/support/mail/mail-clients/others.html",
    ),
    Provider("OVH", _tls("ssl0.ovh.net"), _smtps("ssl0.ovh.net"), mx=("ovh.net",)),
    Provider("Hetzner", _tls("mail.your-server.de"), _submission("mail.your-server.de"), mx=("your-server.de",)),
    Provider("IONOS", _tls("imap.ionos.de"), _smtps("smtp.ionos.de"), mx=("kundenserver.de", "ionos.de")),
    Provider("IONOS", _tls("imap.ionos.com"), _smtps("smtp.ionos.com"), mx=("ionos.com", "perfora.net")),
    Provider(
        "Onet",
        _tls("imap.poczta.onet.pl"),
        _smtps("smtp.poczta.onet.pl"),
        _domains("onet.pl onet.eu op.pl vp.pl poczta.onet.pl poczta.onet.eu autograf.pl spoko.pl onet.com.pl"),
        hint="enable_imap",
    ),
    Provider(
        "WP",
        _tls("imap.wp.pl"),
        _smtps("smtp.wp.pl"),
        _domains("wp.pl"),
        hint="enable_imap",
        user_name="local",
    ),
    Provider(
        "o2",
        _tls("poczta.o2.pl"),
        _smtps("poczta.o2.pl"),
        _domains("o2.pl tlen.pl go2.pl prokonto.pl"),
        hint="enable_imap",
    ),
    Provider(
        "Interia",
        _tls("poczta.interia.pl"),
        _smtps("poczta.interia.pl"),
        _domains("interia.pl interia.eu interia.com poczta.fm intmail.pl vip.interia.pl"),
        hint="enable_imap",
    ),
    Provider(
        "Proton",
        None,
        None,
        _domains("proton.me protonmail.com protonmail.ch pm.me"),
        ("protonmail.ch",),
        hint="no_imap",
        help_url="https://proton.me/mail/bridge",
    ),
    Provider(
        "Tuta",
        None,
        None,
        _domains("tuta.com tutanota.com tutanota.de tutamail.com tuta.io keemail.me"),
        ("tutanota.de",),
        hint="no_imap",
    ),
)
# Domains of one's own with the providers that one can sign in with.
_SIGNED_IN: dict[SignIn, tuple[Server, Server]] = {
    "google": (_tls("imap.gmail.com"), _smtps("smtp.gmail.com")),
    "microsoft": (_tls("outlook.office365.com"), _submission("smtp.office365.com")),
}
_BY_DOMAIN = {domain: provider for provider in PROVIDERS for domain in provider.domains}


def of_domain(domain: str) -> Provider | None:
    """The provider whose own domain this is; `domain` in lower case."""
    return _BY_DOMAIN.get(domain)


def of_mx(hosts: list[str]) -> Provider | None:
    """The provider that takes the domain's mail; `hosts` in lower case, best first."""
    for host in hosts:
        for provider in PROVIDERS:
            if any(host == end or host.endswith(f".{end}") for end in provider.mx):
                return provider
    return None


def servers_of(sign_in: SignIn, domain: str) -> tuple[Server, Server]:
    """Where a mailbox is read and sends that is signed in to with its provider. Raises KeyError for "password"."""
    own = _BY_DOMAIN.get(domain)
    if own is not None and own.sign_in == sign_in and own.imap and own.smtp:
        return own.imap, own.smtp
    return _SIGNED_IN[sign_in]
