"""The one sentence that sums a verdict up, in four languages: for the agent who asks why."""

from __future__ import annotations

from tugi.robot.facts import Why
from tugi.robot.speech import Texts, say

# Figures with a decimal mark: a point in English, a comma elsewhere.
_DECIMAL = frozenset(("certain",))


def say_why(why: Why, language: str) -> str:
    """The one sentence that sums a verdict up, for the agent. Unknown keys are shown as they are."""
    template = say(WHY[why.sentence], language) if why.sentence in WHY else why.sentence
    for name, value in why.parameters.items():
        shown = value.replace(".", ",") if name in _DECIMAL and language != "en" else value
        template = template.replace("{" + name + "}", shown)
    return template


WHY: dict[str, Texts] = {
    "answered": {
        "en": "Answered with “{title}”: by estimate {percent} % likely the right entry.",
        "et": "Vastas kirjega „{title}“: hinnanguliselt {percent} % tõenäosusega õige kirje.",
        "fi": "Vastasi kohdalla ”{title}”: arviolta {percent} %:n todennäköisyydellä oikea kohta.",
        "pl": "Odpowiedź z wpisu „{title}”: według szacunku właściwy z prawdopodobieństwem {percent} %.",
    },
    "answered_certified": {
        "en": "Answered with “{title}” on its own: {certain} % certain at least, from {cases} judged answers "
        "({errors} of them wrong).",
        "et": "Vastas iseseisvalt kirjega „{title}“: kindlus vähemalt {certain} %, aluseks {cases} hinnatud vastust "
        "(neist valesid {errors}).",
        "fi": "Vastasi itsenäisesti kohdalla ”{title}”: varmuus vähintään {certain} %, perusteena {cases} arvioitua "
        "vastausta (niistä vääriä {errors}).",
        "pl": "Samodzielna odpowiedź z wpisu „{title}”: pewność co najmniej {certain} % na podstawie {cases} "
        "ocenionych odpowiedzi (w tym błędnych: {errors}).",
    },
    "answered_several": {
        "en": "Answered both questions, with “{title}” and “{second}”: each at least {percent} % likely.",
        "et": "Vastas mõlemale küsimusele kirjetega „{title}“ ja „{second}“: kumbki vähemalt {percent} % "
        "tõenäosusega õige.",
        "fi": "Vastasi molempiin kysymyksiin kohdilla ”{title}” ja ”{second}”: kumpikin oikea vähintään "
        "{percent} %:n todennäköisyydellä.",
        "pl": "Odpowiedź na oba pytania z wpisów „{title}” i „{second}”: każdy właściwy z prawdopodobieństwem "
        "co najmniej {percent} %.",
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
    "asked_near": {
        "en": "Asked back: some words of the message are in none of the examples of “{title}” ({percent} %).",
        "et": "Küsis üle: osa sõnumi sõnu ei esine kirje „{title}“ ({percent} %) üheski näites.",
        "fi": "Kysyi tarkennusta: osaa viestin sanoista ei ole missään kohdan ”{title}” ({percent} %) esimerkissä.",
        "pl": "Dopytano: części słów wiadomości nie ma w żadnym przykładzie wpisu „{title}” ({percent} %).",
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
    "suggested_level": {
        "en": "Suggested “{title}” ({percent} %): on this topic the robot only suggests.",
        "et": "Pakkus kirjet „{title}“ ({percent} %): sellel teemal robot ainult pakub.",
        "fi": "Ehdotti kohtaa ”{title}” ({percent} %): tässä aiheessa robotti vain ehdottaa.",
        "pl": "Propozycja „{title}” ({percent} %): w tym temacie robot tylko proponuje.",
    },
    "suggested_tongue": {
        "en": "Suggested “{title}” ({percent} %): too many judged answers in this language were wrong, so the robot "
        "only suggests in it.",
        "et": "Pakkus kirjet „{title}“ ({percent} %): selles keeles on hinnatud vastustest liiga palju valesid, "
        "seepärast robot selles ainult pakub.",
        "fi": "Ehdotti kohtaa ”{title}” ({percent} %): tällä kielellä liian moni arvioitu vastaus on ollut väärä, "
        "joten robotti vain ehdottaa.",
        "pl": "Propozycja „{title}” ({percent} %): w tym języku zbyt wiele ocenionych odpowiedzi było błędnych, "
        "więc robot tylko proponuje.",
    },
    "suggested_click": {
        "en": "Prepared “{title}” ({percent} %): the robot says it once an agent has clicked.",
        "et": "Valmistas ette kirje „{title}“ ({percent} %): robot ütleb selle, kui töötaja on klõpsanud.",
        "fi": "Valmisteli kohdan ”{title}” ({percent} %): robotti lähettää sen, kun asiakaspalvelija on napsauttanut.",
        "pl": "Przygotowano wpis „{title}” ({percent} %): robot wyśle go po kliknięciu konsultanta.",
    },
    "suggested_unproven": {
        "en": "Suggested “{title}” ({percent} %): judged answers do not yet prove that the robot may answer it alone.",
        "et": "Pakkus kirjet „{title}“ ({percent} %): hinnatud vastused ei tõenda veel, et robot võib sellele "
        "ise vastata.",
        "fi": "Ehdotti kohtaa ”{title}” ({percent} %): arvioidut vastaukset eivät vielä osoita, että robotti voi "
        "vastata tähän yksin.",
        "pl": "Propozycja „{title}” ({percent} %): ocenione odpowiedzi nie dowodzą jeszcze, że robot może tu "
        "odpowiadać sam.",
    },
    "suggested_unsure": {
        "en": "Suggested “{title}”: at {percent} % the robot is not certain enough to say it itself.",
        "et": "Pakkus kirjet „{title}“: {percent} % juures ei ole robot nii kindel, et seda ise öelda.",
        "fi": "Ehdotti kohtaa ”{title}”: {percent} % ei riitä siihen, että robotti sanoisi sen itse.",
        "pl": "Propozycja „{title}”: {percent} % to za mało, żeby robot sam tak odpowiedział.",
    },
    "suggested_doubt": {
        "en": "Suggested “{title}”: only {percent} % likely, and there were not two topics to choose from.",
        "et": "Pakkus kirjet „{title}“: tõenäosus on vaid {percent} % ja valikuks polnud kaht teemat.",
        "fi": "Ehdotti kohtaa ”{title}”: todennäköisyys on vain {percent} %, eikä valittavana ollut kahta aihetta.",
        "pl": "Propozycja „{title}”: prawdopodobieństwo to tylko {percent} %, a do wyboru nie było dwóch tematów.",
    },
    "topic_off": {
        "en": "Handed over: the robot is switched off for “{title}”.",
        "et": "Andis edasi: teemal „{title}“ on robot välja lülitatud.",
        "fi": "Siirsi ihmiselle: robotti on poissa käytöstä aiheessa ”{title}”.",
        "pl": "Przekazano: robot jest wyłączony w temacie „{title}”.",
    },
    "too_many_turns": {
        "en": "Handed over: the robot has already spoken {count} times in this conversation.",
        "et": "Andis edasi: robot on selles vestluses juba {count} korda rääkinud.",
        "fi": "Siirsi ihmiselle: robotti on puhunut tässä keskustelussa jo {count} kertaa.",
        "pl": "Przekazano: liczba wypowiedzi robota w tej rozmowie to już {count}.",
    },
    "told_robot": {
        "en": "Said that it is an automatic assistant.",
        "et": "Ütles, et on automaatne abiline.",
        "fi": "Kertoi olevansa automaattinen avustaja.",
        "pl": "Potwierdzono, że to automatyczny asystent.",
    },
    "boundary": {
        "en": "Handed over at once, because of the words “{cue}”.",
        "et": "Andis kohe edasi sõnade „{cue}“ tõttu.",
        "fi": "Siirsi heti ihmiselle sanojen ”{cue}” vuoksi.",
        "pl": "Przekazano od razu z powodu słów „{cue}”.",
    },
    "own": {
        "en": "Handed over at once: the shop leaves messages with “{cue}” to people.",
        "et": "Andis kohe edasi: pood on otsustanud, et sõnumitele sõnadega „{cue}“ vastab inimene.",
        "fi": "Siirsi heti ihmiselle: kauppa on päättänyt, että viesteihin, joissa lukee ”{cue}”, vastaa ihminen.",
        "pl": "Przekazano od razu: na wiadomości ze słowami „{cue}” zgodnie z decyzją sklepu odpowiada człowiek.",
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
    "doubted": {
        "en": "Held back “{title}”: the language model finds that it fits the question by {fits} %, "
        "which leaves it only {percent} % likely.",
        "et": "Jättis kirje „{title}“ ütlemata: keelemudeli hinnangul sobib see küsimusega {fits} %, "
        "seega on see õige vaid {percent} % tõenäosusega.",
        "fi": "Jätti kohdan ”{title}” sanomatta: kielimallin arvio sen sopivuudesta kysymykseen on {fits} %, "
        "joten se on oikea vain {percent} %:n todennäköisyydellä.",
        "pl": "Wstrzymano wpis „{title}”: model językowy ocenia jego dopasowanie do pytania na {fits} %, "
        "więc jest właściwy tylko z prawdopodobieństwem {percent} %.",
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
    "private_answered": {
        "en": "Answered from the customer's own order {number}, after proof.",
        "et": "Vastas kliendi enda tellimuse {number} põhjal, isik oli tõendatud.",
        "fi": "Vastasi asiakkaan oman tilauksen {number} tiedoista, henkilöllisyys oli todistettu.",
        "pl": "Odpowiedź na podstawie własnego zamówienia klienta {number}, po potwierdzeniu tożsamości.",
    },
    "order_number_wanted": {
        "en": "Asked for the order's number, to read the customer's own order.",
        "et": "Küsis tellimuse numbrit, et vaadata kliendi enda tellimust.",
        "fi": "Kysyi tilauksen numeroa nähdäkseen asiakkaan oman tilauksen.",
        "pl": "Zapytano o numer, aby sprawdzić własne zamówienie klienta.",
    },
    "code_sent": {
        "en": "Asked for a one-time code, sent to the address known with order {number}.",
        "et": "Küsis ühekordset koodi, mis läks tellimusega {number} antud aadressile.",
        "fi": "Pyysi kertakäyttökoodia, joka lähti tilauksen {number} osoitteeseen.",
        "pl": "Poproszono o jednorazowy kod wysłany na adres z zamówienia {number}.",
    },
    "code_wrong": {
        "en": "The code was wrong; the customer may try again.",
        "et": "Kood oli vale, klient võib uuesti proovida.",
        "fi": "Koodi oli väärä, asiakas voi yrittää uudelleen.",
        "pl": "Kod był błędny, klient może spróbować ponownie.",
    },
    "unproven": {
        "en": "Handed over: it could not be proved that order {number} is the customer's.",
        "et": "Andis edasi: ei õnnestunud tõendada, et tellimus {number} on kliendi oma.",
        "fi": "Siirsi ihmiselle: ei voitu todistaa, että tilaus {number} on asiakkaan.",
        "pl": "Przekazano: nie udało się potwierdzić, że zamówienie {number} należy do klienta.",
    },
}
