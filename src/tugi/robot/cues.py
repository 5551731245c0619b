"""Words that give a message away, in English, Estonian, Finnish and Polish.

All are matched on `plain` text: lower case, no diacritics (so "lööve" is written "loove" here). Every
language is tried whatever was detected, because short and mixed messages are often misread. Cues that
mean something harmless in another of the four languages are written with their neighbours.
"""

from __future__ import annotations

import re
from re import Pattern


def _any(*parts: str) -> Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(" ".join(parts).split()).replace("_", r"\s+") + ")", re.MULTILINE)


WANTS_PERSON = _any(
    r"(?:talk|speak|chat|connect|transfer|switch|put|get)_(?:\w+_){0,3}(?:human|person(?!al)|agent"
    r"|operator|someone|somebody|representative|colleague|manager|staff|advisor)",
    r"(?:want|need|wanna)_(?:a_|an_)?(?:human|person|agent)(?!\w)",
    r"(?:want|need|like|like_to_speak|wanna_speak)_(?:to_)?(?:\w+_)?(?:customer_service_)?(?:representat"
    r"ive|agent|human)(?!\w)",
    r"no_(?:bot|robot|machine)s?(?!\w)",
    r"(?:raakida|suhelda|vestelda|kontakti|uhendust|uhenda\w*|suunata|suuna\w*|kutsu\w*|soovin"
    r"|tahan)_(?:\w+_){0,3}(?:inimes\w*|klienditeenindaja\w*|teenindaja\w*|operaator\w*|agendi\w*"
    r"|spetsialisti\w*|tootaja\w*)",
    r"(?:inimese|klienditeenindaja|teenindaja|operaatori|agendi|tootaja|kellegi)(?:ga"
    r"|le)_(?:\w+_){0,3}(?:raakida|suhelda|vestelda|uhenda\w*|suuna\w*|kontakti)",
    r"(?:ei_taha|ei_soovi)_robot\w*  kellegagi_(?:paris_)?raakida",
    r"(?:someone|somebody)_(?:please_)?call_me  call_me_back_please  kas_siin_inimesi_ka",
    r"(?:puhua|jutella|keskustella|yhdista\w*|haluan|haluaisin|saisinko|saanko"
    r"|tarvitsen)_(?:\w+_){0,3}(?:ihmi\w+|asiakaspalvelija\w*|aspa\w*|tyontekija\w*|operaattori\w*"
    r"|virkailija\w*)",
    r"(?:ihmisen|asiakaspalvelijan|jonkun|aspan|tyontekijan)_kanssa",
    r"(?:en_halua)_(?:bottia|robottia|puhua_botin\w*|puhua_robotin\w*)",
    r"(?:rozmaw\w*|porozmawiac|pogadac|polacz\w*|przelacz\w*|kontakt\w*|chce|chcialbym|chcialabym"
    r"|prosze)_(?:\w+_){0,3}(?:czlowiek\w*|konsultant\w*|pracowniki\w*|operatore\w*|doradc\w*"
    r"|przelozon\w*|kims|obsluga_klienta)",
    r"nie_chce_(?:rozmawiac_z_)?(?:bot\w*|robot\w*)",
)

# A person is named, but perhaps only to ask whether this is one.
PERSON_NAMED = _any(
    r"(?:real|live|actual)_(?:human|person|agent|people)(?!\w)",
    r"(?:human|agent|operator|representative)(?:_please|_pls|_now)?[\s.?!]*$",
    r"(?:klienditeenindaja|paris_inimene|operaator|inimene)(?:_palun)?[\s.?!]*$",
    r"(?:asiakaspalvelija|oikea_ihminen|ihminen|aspa)(?:_kiitos)?[\s.?!]*$",
    r"(?:zywy|zywym|prawdziwy|prawdziwym)_(?:czlowiek\w*|konsultant\w*)",
    r"(?:konsultant|czlowiek|z_konsultantem)[\s.?!]*$",
)
ASKS_IDENTITY = _any(
    r"are_you  is_(?:this|it|there)  am_i  (?:bot|robot|machine)_(?:or|voi|vai|czy)",
    r"(?:or|voi|vai|czy)_(?:a_)?(?:bot|robot|machine|masin)",
    r"robott?i_vai  kas_(?:sa|te|siin|see|ma)  oled_sa  onko  ootko  oletko  jestes",
    r"czy_(?:to|jestes|ja|rozmawiam)",
)
# "Are you a robot?", asked outright.
ASKS_WHETHER_ROBOT = _any(
    r"(?:are|r)_(?:you|u)_(?:really_|just_|actually_)?(?:a_|an_)?(?:real|human|person|robot|bot|chatbot|machine|computer|program"
    r"|ai|alive|chatgpt)(?!\w)",
    r"(?:is|was)_(?:this|that|it)_(?:really_|just_)?(?:a_|an_)?(?:real_)?(?:human|person|robot|bot|chatbot|machine|ai)(?!_?\w)",
    r"(?:is|was)_(?:this|that|it)_(?:a_|an_)?(?:real_)?(?:human|person|robot|bot|machine|ai)_(?:or|i_am|im|please)(?!\w)",
    r"am_i_(?:talking|chatting|speaking|writing)_(?:to|with)_(?:a_|an_)?(?:real_)?(?:human|person|robot|bot|machine|ai)(?!\w)",
    r"who_am_i_(?:talking|chatting|speaking|writing)  (?:robot|bot|machine)_or_(?:a_)?(?:human|person)",
    r"(?:human|person)_or_(?:a_)?(?:robot|bot|machine)",
    r"kas_(?:sa|te|see|siin|ma|tegu)_(?:\w+_){0,3}(?:robot(?:i|iga)?|bot(?:t|i|iga)?|juturobot(?:i|iga)?|masin(?:a|aga)?|inimene"
    r"|inimesega|tehisaru\w*|tehisintellekt\w*)(?!\w)",
    r"oled_(?:sa_)?(?:robot|bot|inimene|masin)  robot_voi_(?:paris_)?inimene  inimene_voi_robot  kellega_ma_raagin",
    r"(?:oletko|ootko|onko_(?:tama|se|taalla)|puhunko|juttelenko|keskustelenko)_(?:\w+_){0,2}(?:robot(?:ti|in)|bot(?:ti|in)|chatbot(?:ti|in)?"
    r"|ihmi\w+|kone(?:en)?|tekoaly\w*)(?![\w-])",
    r"robotti_vai_ihminen  ihminen_vai_robotti  kenen_kanssa_(?:mina_)?(?:puhun|juttelen)",
    r"czy_(?:ty_)?(?:jestes|to|rozmawiam|pisze|mam_do_czynienia)_(?:\w+_){0,2}(?:robot(?:em|a)?|bot(?:em|a)?|czlowiek\w*|maszyn\w*"
    r"|automat\w*|sztuczn\w+_inteligencj\w+)(?!\w)",
    r"jestes_(?:\w+_)?(?:robotem|botem|czlowiekiem|maszyna)  robot_czy_czlowiek  czlowiek_czy_robot  z_kim_rozmawiam",
)

HEALTH = _any(
    r"\w*allerg\w+  uczul\w+  alergi\w+  (?:skin_)?rash(?:es)?(?!\w)  hospital  ambulance  poison\w*",
    r"injur\w+",
    r"(?:burn(?:ed|t))_(?:me|my|her|his|our|the_child)\w*  got_burn\w*  hurt_(?:my|her|his|our)\w*",
    r"bleeding",
    r"pregnan\w+  asthma\w*  medication  choking  choked  electric_shock  electrocut\w+  my_skin",
    r"loove(?!\w)  loobe\w*  poletus\w*  poletas_(?:mu|kae|naha)\w*  poletasin  haigla\w*",
    r"arst(?:i|iga|ile)?(?!\w)  kiirabi\w*",
    r"rase(?:da|duse|dale)?(?!\w)  raseduse\w*  astma\w*  ravim(?:i|id|eid|ite)?(?!\w)  vigasta\w*",
    r"murgi(?:ne|tus)\w*  elektrilook\w*",
    r"nahk_(?:reageeri\w*|punetab|sugeleb)",
    r"ihottuma\w*  sairaala\w*  laakari\w*  laake(?:tta|tta|en|itta)?(?!\w)  raskaana  raskausaika\w*",
    r"palovamma\w*  poltin_(?:ite|kate)\w*",
    r"myrkyt\w*  sahkoisku\w*  loukkaan\w*",
    r"wysypk\w*  szpital\w*  lekarz\w*  lekarst\w*  w_ciazy  ciaz[aey](?!\w)  oparz\w*  poparz\w*",
    r"zatru\w*  astm\w+  obrazen\w*",
    r"porazi\w*_prad\w*  zranil\w*  skaleczy\w*",
)

LEGAL = _any(
    r"lawyer\w*  attorney\w*  solicitor\w*  lawsuit\w*  sue_(?:you|your|the)\w*  suing",
    r"legal_(?:action|advice|claim|steps)",
    r"(?:in|to)_court  small_claims  consumer_(?:protection|rights|ombudsman|authority|disputes)  police",
    r"ombudsman",
    r"trading_standards  subpoena  data_protection_(?:authority|inspectorate|officer)",
    r"jurist\w*  advokaa\w+  kohtusse  kohtu_kaudu  kohtuga_  hagi  tarbijakait\w+  tarbijavaidlus\w*",
    r"politsei\w*  andmekaitse_inspektsioon\w*  seaduserikku\w*",
    r"lakimie\w*  asianajaj\w+  oikeuteen  karajill\w+  karajaoikeu\w+  kuluttajansuoja\w*",
    r"kuluttaja-asiamie\w*  kuluttajariita\w*  poliisi\w*  rikosilmoitu\w*  tietosuojavaltuutet\w*",
    r"prawnik\w*  adwokat\w*  pozew\w*  pozw(?:e|ac|iemy)\w*  do_sadu  w_sadzie  droga_sadowa\w*",
    r"rzeczni[kc]\w*  uokik\w*  policj\w+  uodo(?!\w)  inspekcj\w+_handlow\w+",
)

MONEY_STRONG = _any(
    r"(?:charged|billed|paid)_(?:\w+_){0,2}\d+_instead  same_payment_twice  money_left_my",
    r"sama_summa_kah\w*  kaks_makset  tundmatu_makse  raha_laks_maha  laks_\d+_aga  kontolt_\w+_vale",
    r"kaksi_maksua  outo_veloitu\w*  \d+_vaikka_piti  rahat_(?:lahti|lahtivat|meni)_tililta",
    r"dwie_(?:transakcj\w*|platnosc\w*)  \d+_zamiast_\d+  kasa_zeszla  pieniadze_zeszly  te_sama_kwot\w*",
    r"tej_transakcji",
    r"chargebacks?  charge_back",
    r"(?:charged|billed|paid|debited|took|taken)_(?:\w+_){0,4}(?:twice|two_times|double|2_times|2x)",
    r"double_(?:charged?|payment|billed)  overcharg\w+  charged_(?:me_)?(?:too_much|wrong\w*|extra)",
    r"wrong_amount",
    r"(?:extra|unknown|unauthori[sz]ed|fraudulent)_(?:charge|payment|transaction)s?  compensat\w+",
    r"reimburse_me  two_payments",
    r"(?:give|want|need|get|pay|send)_(?:me_)?(?:\w+_){0,2}money_back  refund_me",
    r"(?:where|wheres|where's|whats|what's)_(?:\w+_){0,4}(?:my|the|our)_(?:refund|money)",
    r"(?:want|need|demand|request|requesting|claim)_(?:\w+_){0,2}(?:full_|partial_)?refund\w*",
    r"(?:still|havent|haven't|not|never|didnt|didn't)_(?:\w+_){0,4}(?:refund\w*|money_back)",
    r"refund_(?:please|pls|now)  my_(?:money|refund)(?!\w)",
    r"(?:steal|stole|stolen|stealing)_(?:\w+_)?(?:my_)?(?:money|card)",
    r"topeltmakse\w*  topelt_(?:makse|makstud|arve|summa)\w*",
    r"(?:kaks|2)_korda_(?:\w+_){0,2}(?:maha|voet\w*|raha|makst\w*)",
    r"(?:voeti|laks_raha|raha_laks|maksin|makstud|raha|debiteeriti)_(?:\w+_){0,4}(?:kaks_korda|2_korda"
    r"|topelt|kahekordselt)",
    r"vale_summa\w*",
    r"(?:tahan|soovin|nouan|andke|makske|kandke|palun|saatke|vajan|sooviks|tahaks)_(?:\w+_){0,3}(?:raha"
    r"|rahasid)_tagasi",
    r"(?:oma|mu|minu)_(?:\w+_)?(?:raha|tagasimakse)(?!\w)",
    r"raha_(?:pole|ei_ole)_(?:\w+_){0,2}(?:tagasi|laekunud|saanud|tulnud)",
    r"(?:kus|kuhu)_(?:\w+_){0,2}(?:raha|tagasimakse)(?!\w)  kompensatsioon\w*  huvitis\w*",
    r"(?:tahan|soovin|nouan)_(?:\w+_){0,2}tagasimakset",
    r"tagasimakse\w*_(?:pole|ei_ole)  (?:pole|ei_ole)_(?:\w+_){0,4}(?:raha_tagasi|tagasimakset)",
    r"tuplaveloit\w*  tuplamaksu\w*",
    r"(?:veloite\w*|laskute\w*|maksoin|meni|rahat)_(?:\w+_){0,4}(?:kahdesti|kahteen_kertaan"
    r"|kaksi_kertaa|tuplana|tuplasti)",
    r"(?:haluan|haluun|vaadin|palauttakaa|maksakaa|tahdon|antakaa|haluaisin)_(?:\w+_){0,3}(?:rahat"
    r"|rahani|rahaa|hyvityks\w+|rahojani|rahojen|rahan)(?:_takaisin|_takas|_palautu\w*)?(?!\w)",
    r"missa_(?:\w+_){0,2}(?:rahat|rahani|hyvitys\w*)(?!\w)",
    r"(?:mun|minun)_(?:rahat|rahani|hyvitys\w*)(?!\w)  vaara[n]?_summa\w*  hyvitysta_(?:ei|en)_",
    r"(?:en|ei)_(?:ole_|oo_)?(?:\w+_){0,3}(?:rahoja|hyvitysta|rahaa_takaisin)",
    r"korvau(?:s|sta|ksen|ksia)(?!\w)  luvaton\w*_(?:veloitu|maksu)\w*",
    r"(?:pobran\w*|sciagn\w*|zaplacil\w*|obciaz\w*|policzyl\w*)_(?:\w+_){0,5}(?:dwa_razy|dwukrotnie"
    r"|podwojnie|2_razy|dwie)",
    r"podwojn\w+_(?:platnosc\w*|obciazen\w*|oplat\w*)",
    r"(?:chce|zadam|prosze_o|oddajcie|zwroccie|domagam_sie|chcialbym"
    r"|chcialabym)_(?:\w+_){0,3}(?:zwrotu?_(?:pieniedzy|kosztow|srodkow|kasy)|pieniadze|pieniedzy|kase"
    r"|refundacj\w+)",
    r"gdzie_(?:\w+_){0,2}(?:pieniadze|zwrot_pieniedzy|moj_zwrot|kasa)(?!\w)  (?:moje|moich)_pieni\w+",
    r"zla_kwot\w*  nie_(?:\w+_){0,4}(?:zwrotu_pieniedzy|pieniedzy)(?!\w)",
    r"odszkodowan\w+  rekompensat\w+  zadoscuczyn\w+  nieautoryzowan\w+_\w+  obciazenie_zwrotne",
)

# Talk of refunds: money when told as one's own matter, knowledge when asked as a rule.
MONEY_NOUN = _any(
    r"refund\w*  money_back  reimburse\w*  cash_back  raha_tagasi  raha_\w+_tagasi  tagasimaks\w*",
    r"raha\w*_tagasta\w*",
    r"rahat_(?:\w+_)?(?:takaisin|takas)  rahani  rahanpalautu\w*  rahojen_palautu\w*  hyvity\w+",
    r"rahat_palaut\w*",
    r"zwrot\w*_(?:pieniedzy|kosztow|srodkow|kasy)  zwrot_na_konto  oddac_pieniadze  oddadza_pieniadze",
    r"pieniadze_wrac\w*",
)
RULE_SHAPE = _any(
    r"how_(?:long|many_days|fast|soon|does|do|are|is)  policy  what_(?:is|are)_(?:the|your)  whats_your",
    r"do_you_(?:refund|give|offer)  (?:is|are)_(?:it|a|refunds?)",
    r"(?:can|could|will|do)_(?:i|we|you)_(?:\w+_){0,3}(?:if|refund|get)  when_(?:do|does|are|will)",
    r"processing_time  refund_time",
    r"kui_(?:kaua|kiiresti|pikk)  kaua_  mitme_paeva\w*  mitu_paeva  millal_  mis_aja\w*  kuidas_  kas_",
    r"palju_aega  tingimus\w*  tagasimakse_aeg",
    r"kuinka_(?:kauan|nopeasti)  kauanko  milloin  koska_  millon_  miten_  monessako  tuleeko  saako_",
    r"saanko_  voiko_  palautusehdot  hyvityksen_kasittelyaika",
    r"jak_(?:dlugo|szybko|dziala|wyglada)  ile_(?:sie_|trwa|czasu|dni|czeka)  w_ile  kiedy_  czy_",
    r"jaki_jest  jakie_sa  w_jakim  na_jakich  regulamin\w*",
)
OWN_MATTER = _any(
    r"my_(?:refund|money|card|account_was|return)",
    r"(?:i|we)_(?:\w+_)?(?:returned|sent|paid|cancell?ed|waited)",
    r"(?:still|yet|already|havent|haven't|hasnt|hasn't)(?!\w)",
    r"(?:waiting|waited)(?!\w)  (?:tagastasin|saatsin|maksin|tuhistasin|ootan|ootasin)(?!\w)",
    r"ikka(?:gi)?_(?:pole|veel|ei)  veel_(?:pole|ei)  juba(?!\w)",
    r"(?:mu|minu|oma)_(?:raha|tagasimakse)\w*",
    r"(?:palautin|lahetin|maksoin|peruin|odotan|odottanut|oottanu)(?!\w)  (?:vielakaan|viela|jo)_",
    r"mun_(?:raha|hyvity)\w*",
    r"(?:zwrocil|oddal|odeslal|zaplacil|anulowal|czeka)(?:am|em)(?!\w)  (?:jeszcze|wciaz|nadal|juz)_",
    r"moj(?:e|ego|ich)?_(?:zwrot|pieni)\w*",
)

COMPLAINT = _any(
    r"complain\w*  unacceptable  outrageous  disgust\w+  terrible_(?:service|experience|shop|company)",
    r"worst_(?:service|shop|company|store|experience)",
    r"awful_(?:service|experience|shop)  scam\w*  rip[\s-]?off  fraudsters?  disappoint\w+  ridiculous",
    r"(?:never|not)_(?:buy|buying|order|ordering|shop|shopping)_(?:\w+_){0,3}again",
    r"pissed  fed_up  you_(?:are_)?(?:thieves|liars)  formal_claim  escalat\w+  supervisor  not_happy",
    r"ignor(?:ed|ing)_(?:me|my)",
    r"keegi_ei_vasta_mulle  kaebus\w*  kaeban  kaevata  pettunud  pettumus\w*  petturi\w*  pettus\w*",
    r"petised  petate  vastuvoetamatu\w*  ennekuulmatu\w*  lubamatu\w*  kohutav_teenind\w*",
    r"halb_teenindus  ullatavalt_halb  pretensioon(?:i|iga)?_(?:esitan|esitada|esitaks\w*|teie)",
    r"esita\w*_pretensioon\w*",
    r"kehvem_pood  kuradi  (?:ei_telli|ei_osta)_(?:\w+_){0,3}enam",
    r"teie_ulemus  see_on_naeruvaarne",
    r"kukaan_ei_vastaa_mulle  valituksen  valituslom\w*  valittaa_(?:teid\w*|palvelu\w*|teidan)",
    r"valitta(?:isin|maan)_palvelu\w*  pettyny\w+  pettymy\w+  huijau\w*  huijari\w*  huijaat\w*",
    r"torkea\w*  kelvoton\w*  ala-arvois\w*  surkea\w*_(?:palvelu|kokemus)\w*",
    r"huonoin_(?:kauppa|palvelu)\w*  ei_ikina_enaa  reklamaati\w+  reklamoida  vituttaa",
    r"teilla_esimies  kuka_on_esimie\w*",
    r"nikt_mi_nie_odpowiada  skarg\w+  skarz\w+  zazaleni\w+  reklamacj\w+  reklamuj\w+  reklamowac",
    r"oszust\w*  oszukal\w*  oszukan\w*  skandal\w*  rozczarowan\w*  niedopuszczaln\w*",
    r"beznadziejn\w+  zenada  zenujac\w*  fatalna_obsluga  fataln\w+_(?:sklep|obslug)\w*",
    r"najgorsz\w+_(?:sklep|obslug)\w*  zlodziej\w*  nigdy_wiecej  wkurz\w+  przelozon\w+",
)

MINOR = _any(
    r"(?:im|i'm|i_am|my_age_is|aged)_(?:only_|just_)?(?:[6-9]|1[0-7])(?!_?(?:cm|kg|km|\d|-|days?|weeks?"
    r"|months?|min|hours?|%|eur|from|in_line))(?:[_-]?(?:years?|yrs?|yo"
    r"|y/o)\w*)?(?:[_-]old)?(?=[\s.,!?]|$)(?!_(?:days?|weeks?|months?|hours?|minutes?))",
    r"(?:[6-9]|1[0-7])[\s-](?:years?|yrs?)[\s-]old(?!_(?:tent|lamp|order|product|item|backpack))",
    r"underage  (?:im|i'm|i_am)_a_minor",
    r"olen_(?:ma_)?(?:alles_|ainult_)?(?:[6-9]|1[0-7])(?:[\s-]?(?:a|aastane|aastat_vana|ne)(?!\w)"
    r"|(?=_?(?:[.,!?]|$|ja_|aga_)))",
    r"(?:[6-9]|1[0-7])[\s-]?aasta(?:ne|sena|sele)(?!_garantii)  alaealine\w*",
    r"(?:oon|olen|olen_vasta|oon_vasta)_(?:[6-9]|1[0-7])(?:[\s-]?(?:v|vee|vuotias|vuotta)(?!\w)"
    r"|(?=_?(?:[.,!?]|$|ja_|mutta_)))",
    r"(?:[6-9]|1[0-7])[\s-]?vuotia\w*  alaikai\w+",
    r"mam_(?:dopiero_|tylko_)?(?:[6-9]|1[0-7])_lat(?!\w)  jestem_(?:nieletni\w*|niepelnoletni\w*)",
    r"nie_mam_(?:jeszcze_)?(?:18|osiemnastu)_lat",
)

_NEGATIONS = _any(
    r"not  don'?t  doesn'?t  didn'?t  won'?t  isn'?t  aren'?t  wasn'?t  haven'?t",
    r"hasn'?t  never  no_longer  wouldn'?t  shouldn'?t  needn'?t  no_need  no_point"
    r"  neither  (?:no|without_any)_(?:intention|reason|plans?|wish|desire)_(?:of|to)",
    r"no_(?:\w+_){1,3}(?:needed|necessary|required|wanted|this_time|please|thanks)",
    r"ei  pole  polnud  mitte  ega  arge  en  emme  eivat  alkaa  enka  eika  etten  ettemme  ettei"
    r"  nie  nigdy  zaden  niepotrzebn\w*  zbedn\w*",
    r"(?:olla|jattaa|jatan|jatin)_(?:\w+_){0,2}\w+(?:matta)",
)
# "Ära" forbids only where a clause begins; elsewhere it means "away" (unustasin parooli ära).
_FORBIDDING = r"(?:^|[.,;!?]\s*|\b(?:palun|aga|ja|et|mutta)\s+)(?:ara|arge|ala)\s+\w"
NEGATION = re.compile(rf"(?:{_NEGATIONS.pattern})(?!\w)|{_FORBIDDING}", re.MULTILINE)
# "Without wrapping, please" declines; "can I order without an account" asks.
DECLINES = _any(
    r"without_(?:the|any|a|gift)  instead_of_(?:the|any|a|an)  anything_but  rather_not",
    r"ilma(?!_\w*mata)  ilman  bez(?!_problemu)",
)
OWN_ACT = _any(r"(?:ma|mina|me|meie)(?!\w)")
# Somebody or something else than the customer fails: the courier did not ring, pood ei olnud lahti,
# linkki ei aukea, bank nie kończy. English and Polish show the person in the verb, Estonian and Finnish by
# what stands before "ei"; what "is not needed" is refused all the same.
OTHERS_FAIL = _any(
    r"(?:doesn'?t|isn'?t|hasn'?t|wasn'?t)_(?!need|necessary|required|about|what|wanted|going_to|a_)\w+",
    r"(?!(?:i|we|please|and|but|so|just|or|still|really|also|now|do|would|am|\w+ly)_)\w+"
    r"_(?:didn'?t|don'?t|won'?t|haven'?t|aren'?t|weren'?t)_(?!need)\w+",
    r"(?!(?:i|we|you|and|but|have)_)\w+_never_\w+s",
    r"(?!(?:ma|mina|me|meie|see|ja|aga|et|palun|vaja|tarvis|tama|kyse)_)\w+_(?:ei|pole|polnud)_(?!(?:\w+_){0,2}(?:vaja\w*|tarvi\w*|soovi\w*|taha"
    r"|huvita\w*|unustatud|mote\w*|tarpeen|tarvetta|syyta)(?!\w))\w+",
    r"(?!(?:mutta|ja|vaan|kiitos|vaja|tarvis|see)_)\w+_(?:ei|eivat)_(?!(?:\w+_)?(?:tarvi\w*|haluta|kiinnosta|kuulu|ole|saa|vaja|soovi\w*|taha|huvita)(?!\w))\w+",
    r"ei_ole_(?:\w+_)?\w+(?:nut|nyt|lut|lyt|sut|syt|rrut|tu|ty)(?!\w)",
    r"nie_(?!(?:chodzi|trzeba|potrzeb\w*|interesuj\w*|musi\w*|powinn\w*|ma_(?:potrzeby|sensu)|jest_\w*_?potrzebn\w*)(?!\w))\w+(?:[ail]|(?<!m)y|lo)(?!\w)",
    r"nie_(?:jest|zostal\w*|byl\w*)_(?!potrzebn)\w+(?:an|on|t)[yae](?!\w)",
)
# What does not work, did not come, cannot be found or is not had is what is asked about, not a wish
# turned round; and "if it does not fit" supposes nothing but a case.
TROUBLE = _any(
    r"(?:not|doesn'?t|don'?t|isn'?t|won'?t|didn'?t|hasn'?t|haven'?t|wasn'?t|aren'?t|never)_(?:been_|yet_|even_)?"
    r"(?:work\w*|load\w*|open\w*|arriv\w*|come|came|coming|receiv\w*|deliver(?:ed|ing)|show\w*|let|accept\w*|get|got|sure"
    r"|know|possible|available|go(?:ing|ne)?_through|fit\w*|suit\w*|valid|find|found|recogni\w*|apply|applied|applying"
    r"|respond\w*|update\w*|at_home|home|understand|match\w*|appear\w*|see|seen|like|allow\w*|in_stock|listed|able|turn\w*"
    r"|remember|reach\w*|start\w*|charg\w*|ship+ed|sent|move[ds]?|moving)(?!\w)",
    r"(?:not_able|unable|cannot|can_not)  (?:it|that|this|code|site|page|link|card|parcel|package|order|payment|button)"
    r"_(?:doesn'?t|didn'?t|won'?t|isn'?t|hasn'?t|wasn'?t)_(?!needed|necessary|about|what|a_)\w+",
    r"(?:if|because|since|why|how_come)_(?:\w+_){0,4}(?:not|don'?t|doesn'?t|didn'?t|isn'?t|aren'?t|haven'?t|hasn'?t|won'?t)",
    r"(?:ei|pole|polnud)_(?:ole_)?(?:\w+_){0,2}?(?:toota|toimi|tootanud|avane|avanenud|lae|laadi|saa|saanud|tule|tulnud|joua|joudnud"
    r"|kohal\w*|vota|votnud|lahe|lainud|onnestu\w*|tea|teadnud|leia|leidnud|nae|naita|kehti|kehtinud|sobi|sobinud|mahu|mahtunud"
    r"|kelba|meeldi|meeldinud|laekunud|saabunud|kodus|rakendu\w*|arvesta|liikunud|vasta|vastanud|moista|maleta|kaivitu|ole_laos"
    r"|laos|jaksa|oska|tunne|ilmu\w*)(?!\w)",
    r"(?:kui|sest|kuna|miks)_(?:\w+_){0,4}(?:ei|pole|polnud)",
    r"(?:ei|en|emme|eivat)_(?:ole_|oo_|olla_)?(?:\w+_)?(?:viela_)?(?:toimi|toiminut|aukea|lataudu|onnistu\w*|saa|saanut|saanu|tule"
    r"|tullut|tullu|saapunut|nay|paase|paassyt|tieda|loyda|loytynyt|loydy|kelpaa|kelvannut|kay|sovi|sopinut|pysty|pystynyt|mene"
    r"|mennyt|menny|voi|mahdu|pida|osaa|muista|ymmarra|kotona|hyvaksy\w*|vastaa\w*|jaksa|lahde|lahtenyt|liikkunut|varastossa)(?!\w)",
    r"(?:jos|koska|kun|miksi)_(?:\w+_){0,4}(?:ei|en|eivat)",
    r"nie_(?:jest_|zostal\w*_|ma_)?(?:dziala\w*|otwiera\w*|laduje\w*|moge|mozemy|moglam|moglem|mozna|przysz\w*|przychodzi|dotar\w*"
    r"|dostal\w*|dostaj\w*|otrzymal\w*|otrzymuj\w*|ma(?!_(?:potrzeby|sensu|mowy))|udaje|udalo|przechodzi|przesz\w*|wiem|widze|widac|znalaz\w*|pasuj\w*"
    r"|podoba\w*|akceptowan\w*|dostepn\w*|bylo_mnie|umiem|rozumiem|pamietam|da_sie|zgadza\w*|pokazuj\w*|wchodzi|przyjmuj\w*"
    r"|wyslan\w*|ruszyl\w*|odpowiada|dojech\w*|trafil\w*|nalicza\w*)(?!\w)",
    r"(?:jesli|jezeli|gdy|skoro|bo|dlaczego|czemu)_(?:\w+_){0,4}nie",
)

QUESTION_WORD = (
    r"where|when|how|what|which|why|who|whats|wheres|can_i|can_you|could|do_you|do_i|does|is_it|is_there|are_there"
    r"|kus|kuhu|kust|millal|kuidas|kui_kaua|kui_palju|kui_suur|mis|mida|mille|millis\w*|milline|miks|kes|kelle\w*|kas|mitu|kaua"
    r"|missa|mista|mihin|minne|milloin|millon|miten|kuinka|mika|mita|miksi|kuka|onko|voiko|voinko|saako|saanko|paljonko|kauanko|montako|tuleeko"
    r"|gdzie|kiedy|jak|jaki|jaka|jakie|ile|co|ktory|ktora|dlaczego|czemu|kto|czy|skad|dokad"
)
_QUESTION = QUESTION_WORD.replace("_", r"\s+")
QUESTION_START = re.compile(rf"^\W*(?:{_QUESTION})(?!\w)")
NEXT_QUESTION = re.compile(
    r"(?:,\s*|\s+)(?:and\s+also|and|also|plus|ja\s+veel|ja|ning|lisaks|seka|lisaksi|oraz|i\s+jeszcze|a\s+takze|i|a)\s+"
    rf"(?=(?:{_QUESTION})(?!\w))"
)

# Questions in a row after commas; only words that seldom open a subordinate clause.
LISTED_QUESTION = re.compile(
    r",\s*(?=(?:kas|kuidas|kui\s+(?:kaua|palju|kiiresti)|onko|voiko|saako|paljonko|kauanko|czy|ile|how\s+(?:much|long)"
    r"|can\s+i|do\s+you|is\s+there)(?!\w))"
)
# "Could you tell me, when ...": one question, whatever follows the comma.
LEADS_TO_QUESTION = _any(
    r"tell  know  wonder\w*  say  oelda  oelge  utelda  tea(?!\w)  teate  tean  teada  huvita\w*  kusida",
    r"kertoa  kerro  informacj\w*  sanoa  tieda\w*  tietaa  powiedz\w*  wiecie  wiem  wiedziec  zapytac  interesuje",
)
SAYS_SEVERAL = _any(
    r"(?:several|multiple|two|three|2|3|few|some_more)_(?:questions|things|issues)  couple_of_(?:questions|things)",
    r"(?:mitu|kaks|kolm|paar|2|3|mone)_(?:erinevat_)?(?:kusimust|asja|kusimus)(?!\w)",
    r"(?:monta|kaksi|kolme|pari|muutama|2|3)_(?:kysymysta|asiaa|kysymys)(?!\w)",
    r"(?:kilka|dwa|trzy|dwie|pare|2|3)_(?:pytan|pytania|spraw|sprawy|rzeczy)(?!\w)",
)

_GREETINGS = """
hi hello hey hiya good morning evening afternoon day there greetings
tere tervist hommik hommikust paevast ohtust tsau tsauki kena head paeva ohtu
hei heippa moi moikka terve huomenta paivaa iltaa hyvaa iltapaivaa
hej hejka czesc witam witajcie dzien dobry wieczor siema
"""
_THANKS = """
thanks thank you thx ty cheers much very so a lot many great perfect super awesome cool nice no have day
ok okay okey got it alright
aitah tanan tanud tanu suur suured teid abi eest vaga palju tore selge sobib olgu hasti kena jah
kiitos kiitti kiitoksia paljon tosi hyva selva selvis okei joo kiits
dzieki dziekuje bardzo wielkie serdecznie jasne dobrze spoko rozumiem za pomoc i
"""
GREETING_WORDS = frozenset(_GREETINGS.split())
THANKS_WORDS = frozenset(_THANKS.split())
SMALL_TALK = _any(r"how_are_you(?:_doing)?  kuidas_(?:teil_|sul_)?laheb  mita_kuuluu  jak_sie_masz  co_slychac")
THANKS_SURE = re.compile(
    r"(?<!\w)(?:thank\w*|thx|ty|cheers|aitah|tanan|tanud|kiito\w*|kiitti|kiits|dzieki|dziekuj\w*)(?!\w)"
)

# "And to Finland?", "aga Soome?": what opens a question that leans on the one before.
LEANS = re.compile(
    r"^\W*(?:(?:and|but|or|also|then|so|ok|okay)\s+)*(?:(?:what|how)\s+about|and|but|or|also|what\s+if\s+to"
    r"|aga(?:\s+(?:kuidas\s+on|mis\s+on))?|ja|voi|kuidas\s+on|enta(?:s|pa)?|enta\s+jos|mutta|tai|[ai]\s+(?:co\s+z|do|na|w|z|dla|od|przez)|a|i|lub|albo|co\s+z)"
    r"\s+"
)
# Words with which a short question stands on its own two feet: verbs, and what asks for something new.
_STANDS_ALONE = """
is are am was were do does did can could will would shall should may want wanna need have has had get got make buy pay
cancel return change send ship deliver cost take work open close help know find see use order track exchange where when
how why who which
on oli olen oled ole saan saab saate saaks saaksin tahan tahaks soovin sooviks pean maksab votab tuleb tuli laheb tean
vajan tellin tellida tuhistada tagastada vahetada muuta maksta osta osutub tootab toimib kestab tuhistage saatke aidake
kus kuhu kust millal kuidas miks kes kas mitu
onko olen olet ovat voi voin voiko voinko saa saan saako saanko haluan haluaisin tarvitsen maksaa kestaa toimii tulee
tuli perua palauttaa vaihtaa muuttaa tilata ostaa maksan missa mista mihin milloin koska miten miksi kuka kuinka
peruisin
jest sa byl byla bedzie mozna moge moze mozecie chce chcialbym chcialabym potrzebuje mam ma macie musze kosztuje trwa
dziala anulowac zwrocic wymienic zmienic zamowic kupic zaplacic gdzie kiedy jak dlaczego kto czy skad
"""
STANDS_ALONE = frozenset(_STANDS_ALONE.split())
