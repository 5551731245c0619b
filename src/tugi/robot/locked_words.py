"""Words that a rewritten answer must not add, drop or turn round, in plain form (no diacritics, lower case)."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Words that carry no fact: a rewrite may add them freely.
_GLUE = {
    "en": "the a an and or but if then than that this these those there here it its is are was were be been being am "
    "do does did done doing have has had having can could will would shall should may might must you your yours we "
    "our ours us i me my they them their he she his her in on at to of for from by with about as into over under up "
    "out off so such just also too very quite please thank thanks hello hi hey dear sorry yes ok okay sure of course "
    "happy glad help hope wishes best kind regards question asking ask asked let know tell see note which who whom "
    "what when where how why while because since until till within during per each more most some any other another "
    "same own well good great nice day still already again back still simply easily need needs want wants like "
    "unfortunately thankfully luckily worry happens case way means mean say says here's that's it's you're we're "
    "you'll we'll don't understand answer short soon get gets getting give gives take takes make makes going go",
    "et": "ja voi ning aga kuid et kui siis see seda selle selles sellest sellel need neid nende mis mida mille "
    "millal "
    "kus kes keda kuidas miks on oli olid ole olema olla olen oleme olete tema nad nemad te teie teil teile teid "
    "teilt meie meil meile meid meilt me mina mul mulle mind ma sa sina sul ta ka veel juba nii nagu vaid ainult "
    "palun aitah tere tervist kahjuks kindlasti saab saate saame saan voib voite voime peab peate peame tuleb "
    "oma kohta jooksul alates kuni peale parast enne seal siin seega samuti lihtsalt hea meel aidata aitame kusimus "
    "kusimuse teada anda andke oeldes luhidalt vaga muidugi jah teeme teha tehke tehes lisaks sel juhul korral puhul "
    "iga igal mone mingi muu teine ise ise vastus vastan aga naiteks ehk",
    "fi": "ja tai seka mutta etta jos kun niin kuin se sen sita siina siita sille ne niita niiden tama taman "
    "tata mika "
    "mita minka milloin missa kuka ketka miten miksi on oli olivat ole olla olen olemme olet olette han he te teidan "
    "teilla teille sina sinun sinulla sinulle sinut me meidan meilla meille mina minun mulla voi voit voimme voin "
    "voitte pitaa saa saat saamme taytyy kannattaa myos viela jo vain hei moi kiitos kiitti valitettavasti ole hyva "
    "hyvaa olkaa mielellaan auttaa autamme autan kysymys kysymyksesta kysyit tietoa lyhyesti toki kylla tarkeaa "
    "kuluessa alkaen asti mukaan jalkeen ennen siis silloin silla joka jotka jonka joita oma omasi itse muu muut "
    "taman tassa tasta tahan esimerkiksi eli kautta kanssa varten kohdalla tapauksessa",
    "pl": "i oraz a lub albo ale ze jesli gdy kiedy to ten ta te tego tej tych tym tam tu tutaj co czym czego "
    "jak gdzie "
    "kto dlaczego jest sa byl byla bylo byc bedzie beda jestem jestesmy on ona oni one pan pani panstwo panstwa "
    "panstwu my nas nam nasz nasza nasze naszym ja mnie mi ty ci sie sobie swoj swoja mozna moze moga mozesz mozemy "
    "trzeba nalezy tez takze rowniez juz jeszcze tylko prosze prosimy dziekuje dziekujemy dzien dobry czesc witamy "
    "niestety oczywiscie tak chetnie pomozemy pomoc pytanie odpowiedz krotko w we na z ze do od po przed za o u przy "
    "dla bez przez pod nad miedzy ktory ktora ktore ktorych ktorym taki taka takie inny inne kazdy kazda kazde "
    "wtedy wiec czyli np podczas wynosi daje damy dac znac mowiac",
}
# What parts a clause into pieces that each say one thing.
CONJUNCTIONS: Mapping[str, str] = {
    "en": "and|or|but",
    "et": "ja|ning|voi|kuid|aga",
    "fi": "ja|seka|tai|mutta",
    "pl": "i|oraz|a|lub|ale|albo",
}
_NEGATION = {
    "en": r"not|no|never|none|nor|neither|cannot|without|\w+n['’]t|unable|refus\w+|declin\w+|excluded?|impossible",
    "et": r"ei|mitte|pole|polnud|ara|arge|arme|ilma|keegi|iialgi|kunagi|valistatud|voimatu",
    "fi": r"ei|en|et|emme|ette|eivat|eika|enka|ala|alkaa|alaka|ilman|mahdoton\w*|kielletty",
    "pl": r"nie|bez|zaden|zadn\w+|nigdy|ani|niemozliw\w+|wykluczon\w+",
}
# What a customer could hold the shop to. None may appear that the sources do not say.
_PROMISES = {
    "free": r"free|gratis|tasuta|kostenlos|maksuto\w*|maksutt\w*|ilmai\w*|veloituks\w*|bezplatn\w*|darmow\w*|"
    r"za darmo|"
    r"no (?:extra )?(?:cost|charge|fee)\w*|complimentary|on (?:us|the house)|nie kosztuje|ei maksa mitaan|"
    r"ei maksa midagi",
    "discount": r"discount\w*|soodus\w*|allahind\w*|alennu\w*|rabat\w*|znizk\w*|promoc\w*|% off|half price|"
    r"poole hinna\w*|"
    r"puoleen hintaan|puolella hinnalla|za pol ceny|cheaper|odavam\w*|halvem\w*|tansz\w*",
    "refund": r"refund\w*|money back|tagasimaks\w*|raha tagasi|hyvit\w*|rahat takaisin|rahasi takaisin|"
    r"zwrot\w* pieniedzy|"
    r"zwroc\w* pieniadze|reimburs\w*|hüvit\w*|huvit\w*|pieniadze z powrotem",
    "compensation": r"compensat\w*|kompens\w*|korvau\w*|korvaamme|rekompens\w*|odszkodow\w*|voucher\w*|"
    r"vautser\w*|kinkekaart\w*|"
    r"lahjakort\w*|bon\w*|gift\w*|kingi\w*|lahja\w*|prezent\w*|bonus\w*|points?|points|punkt\w*|piste\w*|"
    r"credit\w*|krediit\w*",
    "guarantee": r"guarant\w*|garant\w*|takuu\w*|takaa\w*|gwaran\w*|warrant\w*|promis\w*|luba[dm]\w*|lupaa\w*|"
    r"obiec\w*|"
    r"tagatud|tagame|certainly will|zapewnia\w*",
    "at_once": r"immediat\w*|instant\w*|right away|at once|today|tonight|tomorrow|same[- ]day|next[- ]day|"
    r"overnight|asap|"
    r"kohe|viivitamat\w*|tana|homme|samal paeval|heti|valittomasti|tanaan|huomenna|samana paivana|natychmiast|"
    r"od razu|dzis|dzisiaj|jutro|tego samego dnia|within the hour|nastepnego dnia|jargmisel paeval|"
    r"seuraavana paivana|"
    r"minutiga|pikapostiga|ekspress\w*|express|yesterday",
    "always": r"always|every(?:one|body|thing|where)?|all|any(?:one|time|where|thing)?|unlimited|forever|lifetime|"
    r"alati|koik\w*|igauks\w*|piiramat\w*|eluaeg\w*|aina|kaikk\w*|jokai\w*|rajoitu?ks\w*|rajatto\w*|elinikai\w*|"
    r"zawsze|wszyst\w*|kazd\w*|bez ograniczen|dozywot\w*|no matter|whenever|wherever|kiedykolwiek|millal iganes|"
    r"milloin tahansa|soltumata|riippumatta|niezaleznie|bezterminow\w*|nieograniczon\w*|tahtajatu\w*",
    "several": r"several|multiple|many|both|either|as many|as often|mitu|mitme\w*|molema\w*|palju|useita|useamp\w*|"
    r"molem\w*|monta|kilka|wiele|wielu|obie|oba|dowoln\w*|stackable|combine\w*|combination",
    "exception": r"exception\w*|erand\w*|poikkeu\w*|wyjatk\w*|special(?:ly)?|eriti|erity\w*|specjaln\w*|just for you",
    "we_pay": r"we (?:\w+ )?(?:pay|cover|bear|refund)|at our (?:own )?(?:cost|expense)|we['’]ll (?:pay|cover)|"
    r"meie kulul|"
    r"maksame|katame|kanname|maksamme|kustannuksellamme|katamme|pokrywamy|placimy|na nasz koszt|oplacamy|prepaid",
    "they_pay": r"you (?:\w+ )?(?:pay|cover|bear)|at your (?:own )?(?:cost|expense)|teie kulul|maksate|maksat|"
    r"omalla kustannuksella|na koszt kupujacego|klient placi|pokrywa klient\w*|customer pays|buyer pays",
    "human": r"human|real person|inimene|ihminen|czlowiek\w*|robot|bot|inimesena|ihmisena|not a (?:ro)?bot",
    "must_not_need": r"no need|not necessary|not required|optional|without (?:a )?(?:receipt|proof)|pole vaja|"
    r"ei ole vaja|"
    r"ei tarvit\w*|ei tarvi\w*|nie trzeba|nie musz\w*|niepotrzebn\w*|vabatahtlik\w*|vapaaehtoi\w*|opcjonaln\w*",
    "collect": r"pick(?:ed)? (?:it |them )?up from (?:you|your)|come and (?:get|collect)|home collection|"
    r"collect it from|"
    r"tuleme jarele|kullerile koju|noudamme|haemme|odbierzemy|przyjedziemy",
    "legal": r"lawyer|law|legal\w*|seadus\w*|laki\w*|lain|prawo|prawn\w*|prawem|court|kohus|oikeus|sad\w*",
}
# What narrows an offer. Where the source has it, a rewrite of that clause must keep it.
_LIMITS = {
    "only": r"only|solely|exclusively|ainult|vaid|uksnes|vain|ainoastaan|tylko|wylacznie|jedynie",
    "unused": r"unused|unworn|unopened|unwashed|kasutamata|kandmata|avamata|kayttamat\w*|avaamat\w*|nieuzywan\w*|"
    r"nieotwart\w*|nienoszon\w*|original packag\w*|originaalpakend\w*|alkuperai\w*|oryginaln\w*|undamaged|terve\w*",
    "except": r"except\w*|exclud\w*|unless|apart from|valja arvatud|v\.a|poikkeuksena|paitsi|lukuun ottamatta|oprocz|"
    r"z wyjatkiem|chyba ze|poza|besides|peale|kui just|ellei|jollei",
    "threshold": r"at least|minimum|min\.?|or more|over|above|from|alates|vahemalt|ule|vahintaan|yli|alkaen|"
    r"co najmniej|"
    r"minimum|powyzej|od|below|under|alla|ponizej|up to|kuni|maximum|enintaan|korkeintaan|do|at most|maksimaal\w*",
    "voucher": r"gift cards?|vouchers?|store credit|club money|kinkekaar\w*|klubirah\w*|lahjakort\w*|klubirah\w*|"
    r"podarunkow\w*|klubow\w* pieni\w*|bon\w*",
    "if": r"if|provided|as long as|when|kui|juhul|tingimusel|jos|mikali|kun|edellytta\w*|jesli|jezeli|gdy|"
    r"pod warunkiem|"
    r"o ile|once",
    "sale": r"sale|outlet|clearance|allahinnatud|soodustoo\w*|alennet\w*|aletuot\w*|przecenion\w*|wyprzedaz\w*",
    "member": r"members?|liikme\w*|pusiklien\w*|jasen\w*|kanta-asiakka\w*|klubow\w*|stal\w* klien\w*|"
    r"business customers?",
}
# Saying one where the source says the other turns the meaning round.
_OPPOSITES = (
    (
        r"open\w*|avatud|lahti|auki|avoin\w*|otwart\w*|czynn\w*",
        r"clos\w*|suletud|kinni|kiinni|suljet\w*|zamkniet\w*|nieczynn\w*",
    ),
    (r"before|enne|ennen|przed|prior", r"after|following|parast|jalkeen|po|later"),
    (
        r"at least|minimum|more than|over|above|alates|vahemalt|ule|rohkem|vahintaan|yli|co najmniej|powyzej|or more",
        r"at most|maximum|less than|below|under|up to|kuni|alla|vahem|enintaan|korkeintaan|alle|najwyzej|"
        r"ponizej|mniej",
    ),
    (
        r"includ\w*|sisald\w*|kuulu\w*|sisalty\w*|zawier\w*|w cenie",
        r"exclud\w*|not includ\w*|lisand\w*|erikseen|dolicz\w*|osobno|eraldi",
    ),
    (
        r"must|have to|required?|peab|tuleb|peate|taytyy|pitaa|musi\w*|trzeba|nalezy|konieczn\w*|mandatory|"
        r"kohustuslik\w*|pakoll\w*",
        r"may|optional\w*|need not|voib|soovi korral|vabatahtlik\w*|halutessa\w*|mozna|opcjonaln\w*|if you like",
    ),
    (
        r"increas\w*|longer|more|pikem\w*|pikendat\w*|pitemp\w*|pidenn\w*|dluz\w*|wydluz\w*",
        r"decreas\w*|shorter|less|luhem\w*|lyhyem\w*|krot\w*|skroc\w*",
    ),
    (
        r"new|uu[estd]\w*|uusi|now\w*|unused|kasutamata|kayttamat\w*|nieuzywan\w*",
        r"used|kasutatud|kaytet\w*|uzywan\w*|worn",
    ),
)


def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w])(?:{words})(?![\w])", re.IGNORECASE)


GLUE: Mapping[str, frozenset[str]] = {language: frozenset(words.split()) for language, words in _GLUE.items()}
NEGATION: Mapping[str, re.Pattern[str]] = {language: _compiled(words) for language, words in _NEGATION.items()}
PROMISES: Mapping[str, re.Pattern[str]] = {name: _compiled(words) for name, words in _PROMISES.items()}
LIMITS: Mapping[str, re.Pattern[str]] = {name: _compiled(words) for name, words in _LIMITS.items()}
OPPOSITES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (_compiled(one), _compiled(other)) for one, other in _OPPOSITES
)
AND, OR = _compiled("and|both|ja|ning|seka|i|oraz"), _compiled("or|either|voi|tai|lub|albo")
# Who acts, by pronoun or ending: the shop, the customer. Only whoever is named first in a piece counts.
SIDES = (
    _compiled(r"we|us|our|meie|meil\w*|meid\w*|me|\w{3,}(?:me|mme|mmeko)|my|nas|nasz\w*|\w{3,}emy|\w{3,}amy|\w{3,}imy"),
    _compiled(
        r"you|your|teie|teil\w*|teid\w*|te|\w{2,}ate|\w{2,}ite|sina|sinu\w*|saat|voit|\w{3,}tko|customers?|klien\w*|"
        r"asiaka\w*|kupuj\w*|buyers?|ostja\w*|mozna"
    ),
)
