"""What the robot itself says to the customer, in four languages.

English is the one every other language falls back to. The desk adds the honest waiting time to a
hand-over, so none is promised here.
"""

from __future__ import annotations

from tugi.robot.facts import HandOverReason

Texts = dict[str, str]

ASK: Texts = {
    "en": "I would like to answer the right question. Did you mean one of these?",
    "et": "Tahan vastata õigele küsimusele. Kas pidasite silmas mõnda neist?",
    "fi": "Haluan vastata oikeaan kysymykseen. Tarkoititko jotakin näistä?",
    "pl": "Odpowiem na właściwe pytanie, jeśli wiem, o co chodzi. Czy jest to jedna z tych spraw?",
}
WELCOME: Texts = {
    "en": "Hello, this is the assistant of {shop}. What would you like to know?",
    "et": "Tere, siin on poe {shop} abiline. Millega saan teid aidata?",
    "fi": "Hei, täällä on kaupan {shop} avustaja. Miten voin auttaa sinua?",
    "pl": "Dzień dobry, tu asystent sklepu {shop}. W czym możemy pomóc?",
}
THANKS: Texts = {
    "en": "Glad to help. If anything else comes up, just write here.",
    "et": "Hea meel, et sain aidata. Kui tekib veel küsimusi, kirjutage siia.",
    "fi": "Hyvä, että sain autettua. Jos jotain muuta tulee mieleen, kirjoita tänne.",
    "pl": "Cieszymy się, że mogliśmy pomóc. W razie kolejnych pytań prosimy napisać tutaj.",
}
IDENTITY: Texts = {
    "en": "Yes, I am the automatic assistant of {shop}, a program and not a person. "
    "If you would rather write with a person, just say so.",
    "et": "Jah, ma olen poe {shop} automaatne abiline ehk arvutiprogramm, mitte inimene. "
    "Kui soovite rääkida inimesega, kirjutage seda siia.",
    "fi": "Kyllä, olen kaupan {shop} automaattinen avustaja eli tietokoneohjelma, en ihminen. "
    "Jos haluat mieluummin jutella ihmisen kanssa, kirjoita se tänne.",
    "pl": "Tak, to automatyczny asystent sklepu {shop}, czyli program, a nie człowiek. "
    "Kto woli rozmowę z człowiekiem, może to tutaj napisać.",
}
GREETING_BY_NAME: Texts = {
    "en": "Hello {first_name}.",
    "et": "Tere, {first_name}.",
    "fi": "Hei {first_name}.",
    "pl": "Dzień dobry.",
}

_UNSURE: Texts = {
    "en": "I am sorry, I cannot answer this well enough myself. I am passing your question to a colleague, "
    "who sees everything you have written.",
    "et": "Vabandust, sellele ei oska ma ise piisavalt hästi vastata. Annan teie küsimuse edasi kolleegile, "
    "kes näeb kõike, mida olete kirjutanud.",
    "fi": "Pahoittelut, en osaa vastata tähän riittävän hyvin. Välitän kysymyksesi kollegalle, "
    "joka näkee kaiken, mitä olet kirjoittanut.",
    "pl": "Przepraszamy, asystent nie zna wystarczająco dobrej odpowiedzi. Przekazujemy pytanie konsultantowi, "
    "który widzi całą rozmowę.",
}
_KNOWN_TO_PEOPLE: Texts = {
    "en": "A colleague looks after this in person. I am passing it on with everything you have written, "
    "so you need not explain it again.",
    "et": "Selle asjaga tegeleb kolleeg isiklikult. Annan selle edasi koos kõigega, mida olete kirjutanud, "
    "nii et teil ei ole vaja midagi üle korrata.",
    "fi": "Tämän asian hoitaa kollegani henkilökohtaisesti. Välitän sen ja kaiken kirjoittamasi eteenpäin, "
    "joten sinun ei tarvitse selittää uudelleen.",
    "pl": "Tą sprawą zajmuje się osobiście konsultant. Przekazujemy ją razem z całą rozmową, "
    "więc niczego nie trzeba powtarzać.",
}

HAND_OVER: dict[HandOverReason, Texts] = {
    "money": {
        "en": "I am sorry that your money is a worry. Payments and refunds are checked by a person, "
        "so I am passing this to a colleague with everything you have written.",
        "et": "Mul on kahju, et teil on rahaga muret. Makseid ja tagasimakseid vaatab üle inimene, "
        "seetõttu annan asja edasi kolleegile koos kõigega, mida olete kirjutanud.",
        "fi": "Pahoittelut, että raha-asia huolettaa. Maksut ja hyvitykset tarkistaa aina ihminen, "
        "joten välitän tämän kollegalle kaiken kirjoittamasi kanssa.",
        "pl": "Przykro nam z powodu kłopotu z pieniędzmi. Płatności i zwroty sprawdza człowiek, "
        "dlatego przekazujemy sprawę konsultantowi razem z całą rozmową.",
    },
    "complaint": {
        "en": "I am sorry that we have let you down. A colleague will look into it in person and has "
        "everything you have written in front of them.",
        "et": "Mul on väga kahju, et oleme teile pettumuse valmistanud. Kolleeg uurib asja isiklikult "
        "ja näeb kõike, mida olete kirjutanud.",
        "fi": "Olen pahoillani, että olemme tuottaneet sinulle pettymyksen. Kollegani selvittää asian "
        "henkilökohtaisesti ja näkee kaiken, mitä olet kirjoittanut.",
        "pl": "Przykro nam, że zawiedliśmy. Konsultant zajmie się tą sprawą osobiście i widzi całą rozmowę.",
    },
    "several_questions": {
        "en": "You asked several things, and each deserves a proper answer. I am passing them together to a "
        "colleague, so that nothing is missed.",
        "et": "Küsisite mitut asja korraga ja igaüks neist väärib korralikku vastust. Annan need koos "
        "kolleegile, et midagi kahe silma vahele ei jääks.",
        "fi": "Kysyit useampaa asiaa, ja jokainen niistä ansaitsee kunnon vastauksen. Välitän ne yhdessä "
        "kollegalle, jotta mitään ei jää huomaamatta.",
        "pl": "W wiadomości jest kilka pytań i na każde należy się porządna odpowiedź. Przekazujemy je razem "
        "konsultantowi, żeby nic nie umknęło.",
    },
    "legal": {
        "en": "I am sorry that it has come to this. Legal matters are answered by a person, so I am passing "
        "this to a colleague with everything you have written.",
        "et": "Mul on kahju, et asi on nii kaugele jõudnud. Õigusküsimustele vastab inimene, seetõttu annan "
        "selle edasi kolleegile koos kõigega, mida olete kirjutanud.",
        "fi": "Pahoittelut, että asia on edennyt tähän. Oikeudellisiin asioihin vastaa ihminen, joten välitän "
        "tämän kollegalle kaiken kirjoittamasi kanssa.",
        "pl": "Przykro nam, że do tego doszło. Na sprawy prawne odpowiada człowiek, dlatego przekazujemy ją "
        "konsultantowi razem z całą rozmową.",
    },
    "health": {
        "en": "Your health comes first, so a person answers this and not I. I am passing it to a colleague now. "
        "If you feel unwell, please call a doctor, or 112 in an emergency.",
        "et": "Teie tervis on kõige olulisem, seepärast vastab siin inimene ja mitte mina. Annan asja kohe edasi "
        "kolleegile. Kui enesetunne on halb, helistage arstile, hädaolukorras numbril 112.",
        "fi": "Terveytesi on tärkeintä, joten tähän vastaa ihminen enkä minä. Välitän asian heti kollegalle. "
        "Jos voit huonosti, soita lääkärille, hätätilanteessa numeroon 112.",
        "pl": "Zdrowie jest najważniejsze, dlatego odpowie człowiek, a nie asystent. Sprawę od razu przekazujemy "
        "konsultantowi. W razie złego samopoczucia prosimy zadzwonić do lekarza, a w nagłym przypadku pod 112.",
    },
    "minor": {
        "en": "Thank you for telling me your age. A colleague will help you in person with this.",
        "et": "Aitäh, et oma vanuse ütlesite. Selles asjas aitab teid kolleeg isiklikult.",
        "fi": "Kiitos, että kerroit ikäsi. Kollegani auttaa sinua tässä henkilökohtaisesti.",
        "pl": "Dziękujemy za podanie wieku. W tej sprawie pomoże osobiście konsultant.",
    },
    "wants_person": {
        "en": "Of course. I am passing you to a colleague, who sees everything you have written.",
        "et": "Muidugi. Suunan teid kolleegi juurde, kes näeb kõike, mida olete kirjutanud.",
        "fi": "Totta kai. Ohjaan sinut kollegalle, joka näkee kaiken, mitä olet kirjoittanut.",
        "pl": "Oczywiście. Przekazujemy rozmowę konsultantowi, który widzi wszystko, co zostało napisane.",
    },
    "unsure": _UNSURE,
    "no_knowledge": _UNSURE,
    "unproven": _UNSURE,
    "no_progress": {
        "en": "I am sorry that my answers have not helped so far. A colleague takes over from here and sees the "
        "whole conversation.",
        "et": "Vabandust, et minu vastustest pole seni abi olnud. Kolleeg võtab siit üle ja näeb kogu vestlust.",
        "fi": "Pahoittelut, etteivät vastaukseni ole auttaneet. Kollegani jatkaa tästä ja näkee koko keskustelun.",
        "pl": "Przepraszamy, że dotychczasowe odpowiedzi nie pomogły. Rozmowę przejmuje teraz konsultant.",
    },
    "paused": _KNOWN_TO_PEOPLE,
    "entry_for_people": _KNOWN_TO_PEOPLE,
    "topic_off": _KNOWN_TO_PEOPLE,
    "own": _KNOWN_TO_PEOPLE,
    "other_language": {
        "en": "I am sorry, I do not know your language well enough. I am passing your message to a colleague.",
        "et": "Vabandust, teie keelt ma piisavalt hästi ei oska. Annan teie sõnumi edasi kolleegile.",
        "fi": "Pahoittelut, en osaa kieltäsi riittävän hyvin. Välitän viestisi kollegalle.",
        "pl": "Przepraszamy, asystent nie zna wystarczająco dobrze tego języka. Przekazujemy wiadomość konsultantowi.",
    },
    "error": {
        "en": "I am sorry, something on our side is not working just now. Your message has arrived and I am passing "
        "it to a colleague.",
        "et": "Vabandust, meie poolel ei tööta miski praegu nii, nagu peaks. Teie sõnum on kohal ja annan selle "
        "edasi kolleegile.",
        "fi": "Pahoittelut, meidän päässämme on juuri nyt häiriö. Viestisi on perillä ja välitän sen kollegalle.",
        "pl": "Przepraszamy, po naszej stronie coś teraz nie działa. Wiadomość dotarła, przekazujemy ją konsultantowi.",
    },
}
SUGGESTED = _KNOWN_TO_PEOPLE
# Said while an agent looks the prepared answer over.
LOOKED_OVER: Texts = {
    "en": "I have an answer ready. A colleague looks at it first, and then it appears here.",
    "et": "Vastus on valmis. Kolleeg vaatab selle enne üle ja seejärel ilmub see siia.",
    "fi": "Vastaus on valmiina. Kollegani tarkistaa sen ensin, ja sitten se ilmestyy tähän.",
    "pl": "Odpowiedź jest gotowa. Najpierw sprawdzi ją konsultant, a potem pojawi się tutaj.",
}


def say(texts: Texts, language: str) -> str:
    """The text in a language, or in English where that language is missing."""
    return texts.get(language) or texts["en"]
