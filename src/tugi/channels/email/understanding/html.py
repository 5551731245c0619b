"""A letter's HTML: made harmless, and made text."""

from __future__ import annotations

import re
from functools import lru_cache

import nh3

from tugi.channels.email.understanding.html_shape import LONGEST, is_crafted
from tugi.channels.email.understanding.html_text import to_text

__all__ = ["clean", "to_text"]

_TAGS_NAMES = (
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del "
    "details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main "
    "mark nav ol p pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead "
    "time tr tt u ul var wbr"
)
_TAGS = set(_TAGS_NAMES.split())
_GONE_WITH_CONTENT_NAMES = (
    "script style title template iframe object embed applet svg math audio video noembed noframes noscript "
    "select datalist canvas xml"
)
_GONE_WITH_CONTENT = set(_GONE_WITH_CONTENT_NAMES.split())
_ATTRIBUTES = {
    "*": {"style", "dir", "lang", "title", "align", "valign", "bgcolor", "width", "height"},
    "a": {"href"},
    "img": {"src", "alt", "border"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap"},
    "col": {"span"},
    "colgroup": {"span"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
}
_STYLES = re.compile(
    r"color|background(-color)?|font(-(family|size|style|weight|variant))?|line-height|letter-spacing|word-spacing"
    r"|text-(align|decoration|transform|indent)|vertical-align|white-space|word-break|word-wrap|overflow-wrap|direction"
    r"|(margin|padding)(-(top|right|bottom|left))?|border(-(top|right|bottom|left))?(-(color|style|width))?"
    r"|border-(collapse|spacing|radius)|((min|max)-)?(width|height)|display|visibility|overflow|opacity|float|clear"
    r"|list-style(-type)?|table-layout|box-sizing"
)
# No backslash, "@", "<" or comment, and no function but those of colours: nothing that loads or escapes.
_STYLE_VALUE = re.compile(r"(?:[\w\s#%.,'\"!+-]|(?:rgb|rgba|hsl|hsla)\([\d\s.,%/deg-]*\))*", re.IGNORECASE)
_PICTURE = re.compile(r"(?:https?://|cid:|data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s%]*$)", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_TAKEN_OUT = {"position", "z-index", "fixed", "absolute", "sticky"}


@lru_cache(maxsize=512)
def _safe_style(style: str) -> str | None:
    kept: list[str] = []
    for declaration in style[:4_000].split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if not value or not _STYLES.fullmatch(name) or not _STYLE_VALUE.fullmatch(value):
            continue
        if value.lower() not in _TAKEN_OUT:
            kept.append(f"{name}:{value}")
    return ";".join(kept) or None


def _safe_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return _safe_style(value)
    if name == "src":
        return value if _PICTURE.match(value.strip()) else None
    if name == "href":
        return value if _LINK.match(value.strip()) else None
    return value


_cleaner = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_GONE_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    attribute_filter=_safe_attribute,
    url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    url_relative="deny",
    link_rel="noopener noreferrer",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


def clean(source: str) -> str:
    """What of a letter's HTML may be shown, as a fragment; empty when nothing may.

    Scripts, forms, styles that load or cover something, and every address but http(s), mailto, tel and, for pictures,
    cid and data are gone. Remote pictures stay: the page that shows them keeps them from loading until asked.
    """
    if len(source) > LONGEST or is_crafted(source):
        return ""
    cleaned = _cleaner.clean(source).strip()
    return cleaned if len(cleaned) <= LONGEST else ""
