"""What an operator may set: one frozen object, read once from a file and TUGI_* variables."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path

from tugi.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. `home` holds the embedded database, files and trained models.

    engine: "e5", "e5-fast", "ngrams", "onnx:/folder", or an address of embeddings with `engine_model`.
    private_hosts: what may be called beyond the public internet (`core/safe_addresses.py`).
    mail_settings_url: a collection that is asked for a mail domain's servers; without {domain}, none is asked.
    language_model_daily_calls: how many calls a workspace has in a day; after them the robot does without.
    smtp_listen, lmtp_listen: host:port of our own doors for mail; smtp_cert and smtp_key let SMTP clients use STARTTLS.
    mail_ca: a file of further authorities that mail servers' certificates may be signed by.
    mailgun_key: with which Mailgun signs what it hands over by HTTP.
    oauth_url: a stand-in for Google's and Microsoft's sign-in, for tests.
    """

    home: Path = Path.home() / ".local" / "share" / "tugi"
    host: str = "127.0.0.1"
    port: int = 8321
    database_url: str | None = None
    postgres_bin: Path | None = None
    public_url: str | None = None
    s3_bucket: str | None = None
    s3_endpoint: str | None = None
    engine: str = "e5"
    engine_model: str = ""
    engine_key: str = field(default="", repr=False)
    language_model_url: str | None = None
    language_model_name: str = ""
    language_model_key: str = field(default="", repr=False)
    language_model_daily_calls: int = 5000
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    smtp_listen: str | None = None
    lmtp_listen: str | None = None
    smtp_cert: Path | None = None
    smtp_key: Path | None = None
    mail_ca: Path | None = None
    google_client_id: str = ""
    google_client_secret: str = field(default="", repr=False)
    microsoft_client_id: str = ""
    microsoft_client_secret: str = field(default="", repr=False)
    oauth_url: str | None = None
    mailgun_key: str = field(default="", repr=False)
    private_hosts: str = ""
    mail_settings_url: str = "https://autoconfig.thunderbird.net/v1.1/{domain}"
    log_level: str = "info"

    @property
    def engine_name(self) -> str:
        """The engine with its model, as `tugi.engines.choice` takes it."""
        return f"{self.engine.rstrip('/')}#{self.engine_model}" if "://" in self.engine else self.engine

    @property
    def base_url(self) -> str:
        """The address people use, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def _converted(name: str, value: str) -> object:
    if name in {"home", "postgres_bin", "smtp_cert", "smtp_key", "mail_ca"}:
        return Path(value).expanduser().absolute()
    if name == "port":
        if not value.isdigit() or not 0 < int(value) < 65536:
            raise Invalid(f"TUGI_PORT must be a number from 1 to 65535, not {value!r}.")
        return int(value)
    if name == "language_model_daily_calls":
        if not value.isdigit():
            raise Invalid(f"TUGI_LANGUAGE_MODEL_DAILY_CALLS must be a whole number, not {value!r}.")
        return int(value)
    return value


def read_settings(environment: dict[str, str] | None = None) -> Settings:
    """Settings from TUGI_CONFIG (a TOML file, optional), overridden by TUGI_* variables.

    Raises Invalid for an unknown key in the file or a value of the wrong form.
    """
    env = dict(os.environ) if environment is None else environment
    known = {one.name for one in fields(Settings)}
    values: dict[str, object] = {}
    if path := env.get("TUGI_CONFIG"):
        for name, value in tomllib.loads(Path(path).read_text()).items():
            if name not in known:
                raise Invalid(f"{path}: unknown setting {name!r}; known are {', '.join(sorted(known))}.")
            values[name] = _converted(name, str(value))
    for name in known:
        if value := env.get(f"TUGI_{name.upper()}"):
            values[name] = _converted(name, value)
    return Settings(**values)  # pyright: ignore[reportArgumentType]
