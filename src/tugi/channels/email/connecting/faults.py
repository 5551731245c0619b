"""What is wrong with a mailbox's servers or sign-in, as closed words; each has a text in locales/channels.

The words are those of `imap.FailedCode`, told apart further where a person has something else to do.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator

from tugi.channels.email.connecting import providers
from tugi.channels.email.connecting.providers import Hint

# OpenSSL's verification results (X509_V_ERR_*).
_EXPIRED = frozenset({10})
_OTHER_NAME = frozenset({62, 64})
_UNKNOWN_ISSUER = frozenset({18, 19, 20, 21})

# What servers say in reply to a right user name with the wrong kind of key, or with the way in shut.
_APP_PASSWORD = re.compile(
    r"application[- ]specific|app(?:lication)?[- ]?password|app-specific|\b5\.7\.9\b.*application|via your web browser"
    r"|password for (?:external|mail) (?:programs?|applications?)",
    re.I,
)
_IMAP_OFF = re.compile(
    r"not enabled for imap|imap(?: access| protocol| service)? (?:is |has been )?(?:not enabled|disabled|turned off)"
    r"|(?:enable|activate) (?:pop3?/)?imap|imap is not allowed|no access to imap|web login only",
    re.I,
)
_PASSWORD_OFF = re.compile(
    r"basic ?auth(?:entication)?(?:blocked| is (?:disabled|blocked))|smtpclientauthentication is disabled"
    r"|authenticated smtp|oauth(?:2|bearer)? (?:is )?required|\b5\.7\.139\b|modern authentication",
    re.I,
)


def certificate_code(error: BaseException) -> str:
    """Why a certificate was not accepted: the first verification error among the causes."""
    for one in _causes(error):
        if isinstance(one, ssl.SSLCertVerificationError):
            if one.verify_code in _EXPIRED:
                return "certificate_expired"
            if one.verify_code in _OTHER_NAME:
                return "certificate_name"
            return "certificate_issuer" if one.verify_code in _UNKNOWN_ISSUER else "certificate"
    return "certificate"


def is_about_certificates(error: BaseException) -> bool:
    """Whether a certificate was refused by us."""
    return any(isinstance(one, ssl.SSLCertVerificationError) for one in _causes(error))


def has_cause(error: BaseException, kind: type[BaseException]) -> bool:
    """Whether an error of this kind is among the causes."""
    return any(isinstance(one, kind) for one in _causes(error))


def sign_in_code(said: str, host: str) -> str:
    """Why a password was refused, by the server's words and by what its provider is known to want."""
    for code, pattern in (("app_password", _APP_PASSWORD), ("password_off", _PASSWORD_OFF), ("imap_off", _IMAP_OFF)):
        if pattern.search(said):
            return code
    wants: dict[Hint, str] = {"app_password": "app_password", "oauth_only": "password_off"}
    hint = _hint_of(host)
    return wants.get(hint, "password") if hint else "password"


def _hint_of(host: str) -> Hint | None:
    for provider in providers.PROVIDERS:
        if host.lower() in {server.host for server in (provider.imap, provider.smtp) if server}:
            return provider.hint
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
