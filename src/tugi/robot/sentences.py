"""What the robot itself says, in four languages: to the customer, and to the agent who asks why.

English is the one every other language falls back to. The desk adds the honest waiting time to a
hand-over, so none is promised here.
"""

from __future__ import annotations

from tugi.robot.facts import HandOverReason, Why

_Texts = dict[str, str]

ASK: _Texts = {
    "en": "I would like to answer the right question. Did you mean one of these?",
    "et": "Tahan vastata õigele küsimusele. Kas pidasite silmas mõnda neist?",
    "fi": "Haluan vastata oikeaan kysymykseen. Tarkoititko jotakin näistä?",
    "pl": "Odpowiem na właściwe pytanie, jeśli wiem, o co chodzi. Czy jest to jedna z tych spraw?",
}
WELCOME: _Texts = {
    "en": "Hello, this is the assistant of {shop}. What would you like to know?",
    "et": "Tere, siin on poe {shop} abiline. Millega saan teid aidata?",
    "fi": "Hei, täällä on kaupan {shop} avustaja. Miten voin auttaa sinua?",
    "pl": "Dzień dobry, tu asystent sklepu {shop}. W czym możemy pomóc?",
}
THANKS: _Texts = {
    "en": "Glad to help. If anything else comes up, just write here.",
    "et": "Hea meel, et sain aidata. Kui tekib veel küsimusi, kirjutage siia.",
    "fi": "Hyvä, että sain autettua. Jos jotain muuta tulee mieleen, kirjoita tänne.",
    "pl": "Cieszymy się, że mogliśmy pomóc. W razie kolejnych pytań prosimy napisać tutaj.",
}
GREETING_BY_NAME: _Texts = {
    "en": "Hello {first_name}.",
    "et": "Tere, {first_name}.",
    "fi": "Hei {first_name}.",
    "pl": "Dzień dobry.",
}

_UNSURE: _Texts = {
    "en": "I am sorry, I cannot answer this well enough myself. I am passing your question to a colleague, "
    "who sees everything you have written.",
    "et": "Vabandust, sellele ei oska ma ise piisavalt hästi vastata. Annan teie küsimuse edasi kolleegile, "
    "kes näeb kõike, mida olete kirjutanud.",
    "fi": "Pahoittelut, en osaa vastata tähän riittävän hyvin. Välitän kysymyksesi kollegalle, "
    "joka näkee kaiken, mitä olet kirjoittanut.",
    "pl": "Przepraszamy, asystent nie zna wystarczająco dobrej odpowiedzi. Przekazujemy pytanie konsultantowi, "
    "który widzi całą rozmowę.",
}
_KNOWN_TO_PEOPLE: _Texts = {
    "en": "A colleague looks after this in person. I am passing it on with everything you have written, "
    "so you need not explain it again.",
    "et": "Selle asjaga tegeleb kolleeg isiklikult. Annan selle edasi koos kõigega, mida olete kirjutanud, "
    "nii et teil ei ole vaja midagi üle korrata.",
    "fi": "Tämän asian hoitaa kollegani henkilökohtaisesti. Välitän sen ja kaiken kirjoittamasi eteenpäin, "
    "joten sinun ei tarvitse selittää uudelleen.",
    "pl": "Tą sprawą zajmuje się osobiście konsultant. Przekazujemy ją razem z całą rozmową, "
    "więc niczego nie trzeba powtarzać.",
}

HAND_OVER: dict[HandOverReason, _Texts] = {
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
    "no_progress": {
        "en": "I am sorry that my answers have not helped so far. A colleague takes over from here and sees the "
        "whole conversation.",
        "et": "Vabandust, et minu vastustest pole seni abi olnud. Kolleeg võtab siit üle ja näeb kogu vestlust.",
        "fi": "Pahoittelut, etteivät vastaukseni ole auttaneet. Kollegani jatkaa tästä ja näkee koko keskustelun.",
        "pl": "Przepraszamy, że dotychczasowe odpowiedzi nie pomogły. Rozmowę przejmuje teraz konsultant.",
    },
    "paused": _KNOWN_TO_PEOPLE,
    "entry_for_people": _KNOWN_TO_PEOPLE,
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


def say(texts: _Texts, language: str) -> str:
    """The text in a language, or in English where that language is missing."""
    return texts.get(language) or texts["en"]


def say_why(why: Why, language: str) -> str:
    """The one sentence that sums a verdict up, for the agent. Unknown keys are shown as they are."""
    template = say(WHY[why.sentence], language) if why.sentence in WHY else why.sentence
    for name, value in why.parameters.items():
        template = template.replace("{" + name + "}", value)
    return template


WHY: dict[str, _Texts] = {
    "answered": {
        "en": "Answered with “{title}”: {percent} % likely the right entry.",
        "et": "Vastas kirjega „{title}“: {percent} % tõenäosusega õige kirje.",
        "fi": "Vastasi kohdalla ”{title}”: {percent} %:n todennäköisyydellä oikea kohta.",
        "pl": "Odpowiedź z wpisu „{title}”: z prawdopodobieństwem {percent} % właściwego.",
    },
    "chosen": {
        "en": "The customer chose “{title}”.",
        "et": "Klient valis „{title}“.",
        "fi": "Asiakas valitsi kohdan ”{title}”.",
        "pl": "Klient wskazał „{title}”.",
    },
    "asked": {
        "en": "Asked back: “{title}” is only {percent} % likely, but the right entry is probably among the choices.",
        "et": "Küsis üle: „{title}“ on õige vaid {percent} % tõenäosusega, kuid ilmselt on õige kirje valikute seas.",
        "fi": "Kysyi tarkennusta: ”{title}” on oikea vain {percent} %:n todennäköisyydellä, "
        "mutta oikea kohta on luultavasti vaihtoehdoissa.",
        "pl": "Dopytano: „{title}” jest właściwe tylko z prawdopodobieństwem {percent} %, "
        "ale właściwy wpis jest zapewne wśród propozycji.",
    },
    "asked_negation": {
        "en": "Asked back: the message says “not”, and the examples of “{title}” do not.",
        "et": "Küsis üle: sõnumis on eitus, kirje „{title}“ näidetes ei ole.",
        "fi": "Kysyi tarkennusta: viestissä on kielto, kohdan ”{title}” esimerkeissä ei ole.",
        "pl": "Dopytano: w wiadomości jest przeczenie, a w przykładach wpisu „{title}” go nie ma.",
    },
    "suggested_policy": {
        "en": "Suggested “{title}”: this entry is for people to send.",
        "et": "Pakkus kirjet „{title}“: selle saadab inimene.",
        "fi": "Ehdotti kohtaa ”{title}”: sen lähettää ihminen.",
        "pl": "Propozycja „{title}”: ten wpis wysyła człowiek.",
    },
    "suggested_few_examples": {
        "en": "Suggested “{title}”: it has {count} example questions, and the robot answers from {needed} on.",
        "et": "Pakkus kirjet „{title}“: näidisküsimusi on {count}, robot vastab alates {needed}.",
        "fi": "Ehdotti kohtaa ”{title}”: esimerkkikysymyksiä on {count}, robotti vastaa vasta kun niitä on {needed}.",
        "pl": "Propozycja „{title}”: przykładowych pytań jest {count}, robot odpowiada od {needed}.",
    },
    "suggested_language": {
        "en": "Suggested “{title}”: the entry has no answer in the customer's language.",
        "et": "Pakkus kirjet „{title}“: sellel ei ole kliendi keeles vastust.",
        "fi": "Ehdotti kohtaa ”{title}”: siinä ei ole vastausta asiakkaan kielellä.",
        "pl": "Propozycja „{title}”: wpis nie ma odpowiedzi w języku klienta.",
    },
    "suggested_mode": {
        "en": "Suggested “{title}” ({percent} %): the robot only suggests here.",
        "et": "Pakkus kirjet „{title}“ ({percent} %): robot siin ainult pakub.",
        "fi": "Ehdotti kohtaa ”{title}” ({percent} %): robotti vain ehdottaa täällä.",
        "pl": "Propozycja „{title}” ({percent} %): robot tutaj tylko proponuje.",
    },
    "boundary": {
        "en": "Handed over at once, because of the words “{cue}”.",
        "et": "Andis kohe edasi sõnade „{cue}“ tõttu.",
        "fi": "Siirsi heti ihmiselle sanojen ”{cue}” vuoksi.",
        "pl": "Przekazano od razu z powodu słów „{cue}”.",
    },
    "several_questions": {
        "en": "Handed over at once: {cue} questions in one turn.",
        "et": "Andis kohe edasi: korraga {cue} küsimust.",
        "fi": "Siirsi heti ihmiselle: {cue} kysymystä kerralla.",
        "pl": "Przekazano od razu: liczba pytań naraz to {cue}.",
    },
    "unsure": {
        "en": "Handed over: the nearest entry, “{title}”, is only {percent} % likely.",
        "et": "Andis edasi: lähim kirje „{title}“ on õige vaid {percent} % tõenäosusega.",
        "fi": "Siirsi ihmiselle: lähin kohta ”{title}” on oikea vain {percent} %:n todennäköisyydellä.",
        "pl": "Przekazano: najbliższy wpis „{title}” jest właściwy tylko z prawdopodobieństwem {percent} %.",
    },
    "not_valid": {
        "en": "Handed over: “{title}” is not valid today.",
        "et": "Andis edasi: „{title}“ täna ei kehti.",
        "fi": "Siirsi ihmiselle: ”{title}” ei ole tänään voimassa.",
        "pl": "Przekazano: wpis „{title}” dziś nie obowiązuje.",
    },
    "no_knowledge": {
        "en": "Handed over: there is no trained knowledge yet.",
        "et": "Andis edasi: õpetatud teadmisi veel ei ole.",
        "fi": "Siirsi ihmiselle: opetettua tietoa ei vielä ole.",
        "pl": "Przekazano: nie ma jeszcze wyuczonej wiedzy.",
    },
    "entry_for_people": {
        "en": "Handed over: “{title}” ({percent} %) is for people only.",
        "et": "Andis edasi: „{title}“ ({percent} %) on ainult inimestele.",
        "fi": "Siirsi ihmiselle: ”{title}” ({percent} %) kuuluu vain ihmisille.",
        "pl": "Przekazano: „{title}” ({percent} %) jest tylko dla ludzi.",
    },
    "other_language": {
        "en": "Handed over: the message is in another language ({language}).",
        "et": "Andis edasi: sõnum on muus keeles ({language}).",
        "fi": "Siirsi ihmiselle: viesti on muulla kielellä ({language}).",
        "pl": "Przekazano: wiadomość jest w innym języku ({language}).",
    },
    "no_progress": {
        "en": "Handed over: {count} robot turns brought the customer no further.",
        "et": "Andis edasi: roboti {count} vastust ei viinud klienti edasi.",
        "fi": "Siirsi ihmiselle: robotin {count} vuoroa eivät vieneet asiakasta eteenpäin.",
        "pl": "Przekazano: liczba odpowiedzi robota bez postępu to {count}.",
    },
    "paused": {
        "en": "Handed over: the robot is paused on this case.",
        "et": "Andis edasi: robot on selles juhtumis peatatud.",
        "fi": "Siirsi ihmiselle: robotti on keskeytetty tässä tapauksessa.",
        "pl": "Przekazano: robot jest wstrzymany w tej sprawie.",
    },
    "error": {
        "en": "Handed over: the robot could not work ({what}).",
        "et": "Andis edasi: robot ei saanud töötada ({what}).",
        "fi": "Siirsi ihmiselle: robotti ei voinut toimia ({what}).",
        "pl": "Przekazano: robot nie mógł działać ({what}).",
    },
    "greeted": {
        "en": "Greeted back.",
        "et": "Tervitas vastu.",
        "fi": "Tervehti takaisin.",
        "pl": "Odpowiedź na powitanie.",
    },
    "thanked": {
        "en": "The customer said thanks.",
        "et": "Klient tänas.",
        "fi": "Asiakas kiitti.",
        "pl": "Klient podziękował.",
    },
    "person_has_floor": {
        "en": "Silent: a person has the floor.",
        "et": "Vaikis: jutujärg on inimese käes.",
        "fi": "Pysyi hiljaa: vuoro on ihmisellä.",
        "pl": "Robot milczy: rozmowę prowadzi człowiek.",
    },
    "empty": {
        "en": "Silent: there was nothing to answer.",
        "et": "Vaikis: polnud midagi, millele vastata.",
        "fi": "Pysyi hiljaa: ei ollut mitään vastattavaa.",
        "pl": "Robot milczy: nie było na co odpowiadać.",
    },
}
