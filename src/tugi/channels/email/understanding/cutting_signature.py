"""Where a signature begins: "-- ", "Sent from my ...", contact details after a closing, legal notices.

A closing with a name alone ("Thanks, Ann") is the customer's words and stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from tugi.channels.email.understanding.cutting_rules import any_of, is_rule, plain
from tugi.channels.email.understanding.cutting_words import phrases

# Looked at from the end of the text; nobody's signature is longer.
TAIL = 50

DELIMITERS = frozenset(("--", "__", "—", "––", "- -", "&mdash;", "&ndash;", "—-"))
DEVICE = tuple(phrases("device"))
MARKS_OUT = str.maketrans("", "", '“”„"«»')
AROUND = ' *_~<>-[]()|“”"„'
# In languages with cases the device stands in one; "saadetud Samsung telefon on katki" is the customer's sentence.
CASES = {
    "saadetud": ("st", "lt", "ga", "abil", "kaudu", "jaoks"),
    "lähetetty": ("sta", "stä", "lta", "ltä", "lla", "llä", "ni", "kautta"),
}
MINE = re.compile(
    r"(?<!\w)(?:my|minu|oma\w*|mojego|mojej|моего|моей|meinem|meiner|min|mitt|mana|manas|mano|mon|ma|mi|mio|meu|mijn|mého|mojho)(?!\w)"
)
DEVICE_ENDS = tuple(phrases("device_ends"))
GADGET = re.compile(
    r"iphon|ipad|ipod|android|samsung|galaxy|huawei|xiaomi|redmi|oneplus|nokia|motorola|pixel|sony|xperia|"
    r"\blg\b|htc|honor|realme|oppo|blackberry|outlook|yahoo|windows|thunderbird|proton|tutanota|tuta\b|"
    r"mailspring|spark|bluemail|aqua mail|mail\.ru|яндекс|yandex|gmail|smartphone|phone|mobil|mobiel|móvil|"
    r"celular|handy|puhelim|telefon|téléphone|telefoon|nutitelefon|nutiseadm|teléfono|tablet|macbook|"
    r"\bmac\b|apple|google|hotmail|gmx|web\.de|onet|interia|\bo2\b|\bwp\b|smartphon|älypuhelim|телефон|"
    r"смартфон|мобильн|почт|e-mail app|mail app|superhuman|airmail|zimbra|roundcube|seznam|アイフォン|手机|手機|信箱|"
    r"邮箱|qq|foxmail|네이버|inbox\.lv|t-mobile|vodafone|verizon|telia|elisa|orange|app\b|rakendus|"
    r"libero|virgilio|\baol\b|laposte|\bcell\b|typos|brevity|ايفون|آيفون|جوال|هاتف"
)
URL = re.compile(r"<?\bhttps?://[^\s>]{1,300}>?|<mailto:[^\s>]{1,200}>")
AFTERTHOUGHT = ("ps", "p.s", "p. s", "pps", "з.і", "п.с", "nb")
CLOSING = frozenset(phrases("closing"))
CLOSINGS = tuple(sorted(closing for closing in CLOSING if len(closing) > 6))
NOTICE, FOOTER = re.compile(any_of(phrases("notice"))), re.compile(any_of(phrases("footer")))
GUARD = re.compile(
    r"avast|\bavg\b|mailscanner|\beset\b|norton|clamav|kaspersky|antivir|dr\.?web|www\.|environment|keskkon|loodus|ympärist|"
    r"środowisk|umwelt|miljö|природ|окружающ|\bvide\b|aplink"
)
# A legal notice is long and speaks of the mail itself; "please keep this confidential" does neither.
NOTICE_LENGTH = 70
ITSELF = re.compile(
    r"mail|messag|messaggi|mensaje|mensagem|mesaj|mesaj|kiri|kirja|viesti|wiadomo|сообщени|письм|nachricht|meddeland|besked|"
    r"melding|bericht|ziņ|vēstul|laišk|pranešim|zpráv|správ|повідомлен|лист|съобщени|üzenet|levél|μήνυμα|メール|邮件|郵件|메일|communication"
)
# What the law asks of a company's letters: two of these in one paragraph.
REGISTERED = re.compile(
    r"registered (?:in|office|address|number|no\b)|company (?:number|no\b|registration)|amtsgericht|handelsregister|"
    r"registergericht|\bhrb \d|sitz der gesellschaft|geschäftsführer|aufsichtsrat|vorsitzender|sąd rejonowy|"
    r"kapitał zakładowy|\bkrs\b|capital social|\brcs\b|siège social|sede legale|capitale sociale|zetel|kvk"
)
# With a phone in it, it is the visiting card itself.
CALLED = re.compile(r"\+\d|\b(?:tel|fax|mob|phone)")
LIST = re.compile(
    r"mailing list$|^to unsubscribe|unsubscribe from this (?:group|list)|"
    r"you received this message because you are subscribed|microsoft teams (?:meeting|need help).{0,80}join"
)

PHONE = re.compile(
    r"\+\s?\d[\d\s().\-/]{6,20}"
    r"|\b(?:tel|gsm|mob|ph|puh|t|m|p|tlf|fon|тел|моб|tál|τηλ|telefon|phone|mobile|mobil|mobiil|puhelin|téléphone|teléfono|"
    r"telefono|телефон|tālr|tālrunis|cell|fax|direct|office)\b[.:]{0,2}\s{0,3}[+(]?\d"
    r"|^[\s(]{0,3}\d[\d\s().\-/]{6,18}$"
)
ADDRESS = re.compile(r"[^\s@<>:]@[\w-]+\.\w")
SITE = re.compile(
    r"\bwww\.[\w-]|https?://|^[\w-]+\.(?:ee|fi|com|pl|lv|lt|ru|de|se|eu|net|org|co\.uk|no|dk|nl|fr|es|it|cz|sk|ua)/?$"
)
COMPANY = re.compile(
    r"(?<!\w)(?:oü|oy|oyj|as|mtü|fie|ab|gmbh|ag|kg|ug|ltd|llc|inc|corp|plc|sp\. ?z ?o\. ?o|s\.a|sia|uab|ооо|оао|зао|"
    r"ип|тов|kft|zrt|s\.r\.o|a\.s|b\.v|bv|aps|a/s|sarl|s\.l|s\.p\.a|srl|s\.r\.l|co|lda|company|d\.o\.o)(?!\w)| \| "
)
TITLE = re.compile(
    r"(?<!\w)(?:ceo|cto|cfo|coo|manager|director|founder|owner|president|head of|assistant|engineer|specialist|sales|"
    r"juhataja|\w*juht|direktor|spetsialist|assistent|raamatupidaja|toimitusjohtaja|\w*johtaja|päällikkö|\w*päällikkö|"
    r"kierownik|dyrektor|specjalista|właściciel|prezes|księgowa|директор|менеджер|бухгалтер|руководитель|специалист|"
    r"geschäftsführer(?:in)?|leiter(?:in)?|inhaber(?:in)?|verkauf|vd|säljare|\w*chef|vadītāj[as]|direktor[es]|vadov[aė]s?|"
    r"vadybinink[aė]s?|directeur|directrice|gérante?|director[a]|gerente|direttore|responsabile)(?!\w)"
)
# Lines about the matter itself are no contact details, whatever stands around them.
MATTER = re.compile(
    r"order|invoice|parcel|tracking|tellimus|arve|pakk|tilaus|lasku|paketti|zamówien|faktur|paczk|заказ|счет|счёт|посылк|"
    r"bestell|rechnung|paket|beställ|ordernum|pasūtīj|rēķin|užsakym|sąskait|siunt|commande|pedido|ordine|#\s?\d|\biban\b|refund|tagasta"
)
EXCLAIMED = re.compile(r"[^\W\d_]{2,}[?!]\s*$")
# A line with so many words is a sentence; numbers and "T:" are none.
SENTENCE = 9


def signature_start(lines: Sequence[str], first: int, last: int, *, alone: bool = False) -> tuple[int, list[int]]:
    """Where the signature of the text lines[first:last] begins (last: nowhere), and single lines to drop before it.

    alone: text of the customer's stands elsewhere, so that these lines may be a signature as a whole.
    """
    while first < last and not lines[first].strip():
        first += 1
    last = without_notices(lines, first, last, alone=alone)
    dropped: list[int] = []
    begin = max(first, last - TAIL)
    above = alone or begin > first
    for at in range(begin, last):
        text = plain(lines[at])
        if not text:
            continue
        device = device_of(text)
        if device == "known" or (device == "unknown" and apart(lines, at, first, last)):
            below = next((plain(lines[n]) for n in range(at + 1, last) if lines[n].strip()), "")
            if not below or (above and not below.startswith(AFTERTHOUGHT)):
                last = at
                break
            dropped.append(at)
        elif above and is_delimiter(lines[at], text, lines, at, last):
            last = at
            break
        else:
            above = True
    last = without_notices(lines, first, last, alone=alone)
    return contacts(lines, first, last, alone=alone), dropped


def without_notices(lines: Sequence[str], first: int, end: int, *, alone: bool) -> int:
    """Upwards from `end` over legal and virus notices, footers of mailing lists, and lines of dashes."""
    while True:
        end = without_blank(lines, first, end)
        begin = paragraph(lines, first, end)
        if end <= first or (begin <= first and not alone):
            return end
        text = plain(" ".join(line.strip() for line in lines[begin:end]))
        if not (is_rule(text) or is_notice(text)):
            return end
        end = begin


def is_notice(text: str) -> bool:
    """A paragraph that a program or a company puts under every mail."""
    if LIST.search(text) or (len(set(REGISTERED.findall(text))) >= 2 and not CALLED.search(text)):
        return True
    itself = ITSELF.search(text) is not None
    if FOOTER.search(text) and (itself or GUARD.search(text)):
        return not text.endswith("?")
    return itself and len(text) >= NOTICE_LENGTH and NOTICE.search(text) is not None


def contacts(lines: Sequence[str], first: int, end: int, *, alone: bool) -> int:
    """Where contact details begin at the end of the text: at a closing, or a last paragraph that is a visiting card."""
    written = 0
    for at in range(end - 1, first - 1, -1):
        if not (text := plain(lines[at])):
            continue
        written += 1
        if written > 14:
            break
        if is_closing(text):
            if (alone or at > first) and is_card(lines, at + 1, end, enough=1, alone=alone):
                return without_blank(lines, first, at)
            break
    begin = paragraph(lines, first, end)
    if begin > first and is_card(lines, begin, end, enough=3):
        above = plain(lines[without_blank(lines, first, begin) - 1])
        if not above.endswith((":", "：", ",")):
            return without_blank(lines, first, begin)
    return end


def is_card(lines: Sequence[str], begin: int, end: int, *, enough: int, alone: bool = False) -> bool:
    """Short lines, some of them a phone, an address, a site or a company, none of them about the matter.

    enough: 1 after a closing; 3 without one (a name, and under it a site and a phone, or three kinds of such things).
    """
    texts = [text for line in lines[begin:end] if (text := plain(line))]
    if not texts:
        return alone
    if any(len(text) > 90 or MATTER.search(text) or is_sentence(text) for text in texts):
        return False
    phone, mail, site, company, title = (
        any(sign.search(text) for text in texts[skip:])
        for sign, skip in ((PHONE, 0), (ADDRESS, 0), (SITE, 0), (COMPANY, 0), (TITLE, 1))
    )
    if enough == 1:
        return phone or mail or site or title or (company and len(texts) >= 3) or (alone and len(texts) <= 4)
    named = not any(c.isdigit() for c in texts[0]) and len(texts[0].split()) <= 4
    signs = phone + mail + site + (company or title)
    return len(texts) >= enough and named and (signs >= 3 or (site and (phone or mail)))


def is_sentence(text: str) -> bool:
    words = sum(word.strip(".,;:()").isalpha() for word in text.split())
    return words >= SENTENCE or EXCLAIMED.search(text) is not None


def is_delimiter(line: str, text: str, lines: Sequence[str], at: int, last: int) -> bool:
    """ "-- " always; "--" only near the end and above no sentence; a longer line only above a visiting card."""
    ruled = len(text) > 2 and (text.strip("-—–") == "" or text.strip("_") == "")
    if text not in DELIMITERS and not ruled:
        return False
    below = [below for below in lines[at + 1 : last] if below.strip()]
    if ruled:
        return 0 < len(below) <= 8 and is_card(lines, at + 1, last, enough=1)
    if line == "-- ":
        return len(below) <= 40
    texts = [plain(one) for one in below]
    # A signature may end in a saying; it does not begin with a sentence.
    said = bool(texts) and is_sentence(texts[0]) and not is_notice(texts[0]) and device_of(texts[0]) is None
    own = said or any(text.endswith("?") or MATTER.search(text) for text in texts)
    return len(below) <= 15 and not own


def device_of(text: str) -> Literal["known", "unknown"] | None:
    """ "Sent from my iPhone" in any language, by a known device or program or an unknown one; text is plain.

    An unknown one, and one that stands before its verb, count in a paragraph of its own only. A sentence is none.
    """
    bare = text.translate(MARKS_OUT).strip(AROUND)
    begins, ends = bare.startswith(DEVICE), bare.rstrip(" .。").endswith(DEVICE_ENDS)
    if len(text) > 300 or not (begins or ends or "<http" in text):
        return None
    text = URL.sub(" ", text).translate(MARKS_OUT).strip(AROUND)
    if not text or len(text) > 130:
        return None
    if not begins:
        ends = text.rstrip(" .。").endswith(DEVICE_ENDS)
        return "unknown" if ends and len(text) <= 80 and GADGET.search(text) else None
    begun = next((phrase for phrase in DEVICE if text.startswith(phrase)), "")
    count = len(text[len(begun) :].split())
    case = CASES.get(text.split(None, 1)[0])
    # The name of the maker may follow: "saadetud nutitelefonist HUAWEI".
    if case and not any(word.endswith(case) for word in text.rstrip(" .").split()[-2:]) and not MINE.search(text):
        return None
    if GADGET.search(text):
        short = count <= 7 or not text.endswith(".") or "network" in text
        return "known" if count <= 15 and short and not text.endswith("?") else None
    loose = count > 6 or text[-1] in ".!?,;:" or "," in text or "@" in text
    return "unknown" if not loose and (MINE.search(text) or text.startswith("sent from")) else None


def is_closing(text: str) -> bool:
    """ "Best regards," alone or with a short name after it; text is plain."""
    bare = text.strip(" ,.!;:-–—*_/")
    if bare in CLOSING:
        return True
    return len(bare) <= 60 and bare.startswith(CLOSINGS) and len(bare.split()) <= 7 and ("," in bare or "/" in bare)


def apart(lines: Sequence[str], at: int, first: int, last: int) -> bool:
    return (at == first or not lines[at - 1].strip()) and (at + 1 >= last or not lines[at + 1].strip())


def without_blank(lines: Sequence[str], first: int, end: int) -> int:
    while end > first and not lines[end - 1].strip():
        end -= 1
    return end


def paragraph(lines: Sequence[str], first: int, end: int) -> int:
    """Where the last paragraph before `end` begins."""
    begin = end
    while begin > first and end - begin < TAIL and lines[begin - 1].strip():
        begin -= 1
    return begin
