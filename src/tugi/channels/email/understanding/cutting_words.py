"""The words by which mail programs and people mark what is quoted: one section a language.

A NEW LANGUAGE is one more section here or in `cutting_words_more.py`; no other file changes. Phrases are divided by
";", in lower case, as the programs write them (Gmail, Outlook, Thunderbird, Apple Mail, Samsung); a line that begins
with spaces goes on with the one above. Then add cases to tests/channels/email/quotes, half of them before the words.

wrote: the verb of "On ... NAME wrote:". starts: words that may begin that line, besides a date or a name.
sender, sent, to, copy, subject: labels of the header block. original: "Original Message" between dashes.
forwarded: "Forwarded message" between dashes or with a colon. device: how "Sent from my ..." begins;
    device_ends: how
it ends where the device comes first. closing: "Best regards". notice: pieces of legal notices;
footer: of others ("checked for viruses", "before printing").
above: pieces of "please type your reply above this line".
"""

from __future__ import annotations

from tugi.channels.email.understanding.cutting_words_more import MORE

WORDS = """
[en]
wrote: wrote; writes; has written; said
starts: on; at; quoting; message from
sender: from; sender
sent: sent; date; sent at; received
to: to; recipient
copy: cc; bcc; reply-to; reply to; importance; attachments; organization; priority; x-priority; sensitivity
subject: subject; re
original: original message; original appointment; original email; original e-mail; reply message; reply above;
    previous message
forwarded: forwarded message; begin forwarded message; forwarded by; forwarded email; forwarded mail; fwd
    message; start of forwarded message; forwarded letter
device: sent from my; sent from; sent via; sent with; sent using; sent by; get outlook for; get bluemail for;
    sent on the go; typed on my
closing: best regards; kind regards; regards; best wishes; warm regards; yours sincerely; sincerely; best; yours
    faithfully; many thanks; thanks; thank you; with kind regards; with best regards; cheers; br; thanks and
    regards; thanks & regards; sincerely yours; respectfully; all the best; thanks in advance
notice: confidential and intended; intended solely for; intended only for; if you are not the intended; if you
    have received this; may contain confidential; contains confidential; privileged and confidential;
    confidentiality notice; is confidential and
footer: before printing; virus-free; checked for viruses; scanned for viruses
above: reply above this line; response above this line; reply above the line; answer above this line; write
    above this line; reply above here
[et]
wrote: kirjutas; kirjutasid; on kirjutanud
starts: kontakt; kirjutas; tsiteerin; kuupäeval; kasutaja
sender: saatja; kellelt; kes
sent: saadetud; kuupäev; saatmise aeg; saatmisaeg; aeg
to: saaja; saajad; adressaat; adressaadid; kellele
copy: koopia; koopia saaja; vastus; tähtsus; manused; ärakiri; pimekoopia
subject: teema; pealkiri
original: algne sõnum; algne kiri; algne teade; originaalsõnum; originaalkiri; algsõnum; esialgne kiri; esialgne
    sõnum
forwarded: edastatud kiri; edastatud sõnum; edastatud teade; edasisaadetud kiri; edastatud e-kiri; edasi
    saadetud kiri; algab edastatud sõnum; edastatud kirja algus; algab edasisaadetud sõnum
device: saadetud; hankige outlook; hangi outlook; laadige alla outlook
closing: lugupidamisega; parimate soovidega; tervitades; heade soovidega; parimatega; tervitustega; parimat
    soovides; austusega; kõike head; ette tänades; tänades; tänuga; kõike paremat; päikest; lugupidamise ja
    parimate soovidega; parimate tervitustega; aitäh; tänan
notice: konfidentsiaal; mõeldud ainult adressaadile; üksnes adressaadile; ei ole selle kirja adressaat; kui te
    ei ole kirja adressaat
footer: enne printimist; enne väljatrükkimist; viirusevaba
above: vastus selle rea kohale; vastake selle rea kohal; kirjutage oma vastus sellest reast; vastus sellest
    reast
[fi]
wrote: kirjoitti; on kirjoittanut
sender: lähettäjä; keneltä
sent: lähetetty; päivämäärä; pvm; päiväys; lähetysaika
to: vastaanottaja; vastaanottajat; kenelle; saaja
copy: kopio; piilokopio; tärkeys; liitteet; vastausosoite; vastaus
subject: aihe; otsikko
original: alkuperäinen viesti; alkuperäinen viesti / orig.msg; alkuperäinen sanoma; alkuperäinen sähköposti
forwarded: välitetty viesti; välitetty viesti / fwd.msg; edelleenlähetetty viesti; välitetty sähköposti;
    välitetty viesti alkaa; edelleen lähetetty viesti; välitetyn viestin alku
device: lähetetty; hanki outlook; hae outlook
closing: ystävällisin terveisin; terveisin; parhain terveisin; t; yst. terv; yst.terv; ystävällisesti;
    kunnioittaen; terv; hyvää päivänjatkoa; kiitos; kiittäen; kiitos ja terveisin; yt
notice: luottamuksellinen ja; luottamuksellista tieto; tarkoitettu vain vastaanottaj; jos et ole viestin oikea
footer: ennen tulostamista; virukseton
above: vastauksesi tämän rivin yläpuolelle; vastaa tämän rivin yläpuolelle; vastaus tämän rivin yläpuolelle
[pl]
wrote: napisał; napisała; napisał(a); napisał/a; pisze; napisano; wrote
starts: w dniu; dnia; wiadomość napisana przez; dn; w dn; użytkownik; cytowanie
sender: od; nadawca
sent: wysłano; data; wysłane; data wysłania; wysłany
to: do; adresat; odbiorca
copy: dw; udw; kopia; ważność; załączniki; odpowiedz do; odpowiedź-do
subject: temat; tytuł
original: oryginalna wiadomość; wiadomość oryginalna; wiadomość pierwotna; pierwotna wiadomość; treść
    oryginalnej wiadomości; wiadomość źródłowa; pierwotny e-mail; oryginalny e-mail
forwarded: przekazana wiadomość; wiadomość przekazana dalej; wiadomość przekazana; treść przekazanej wiadomości;
    wiadomość przesłana dalej; początek przekazywanej wiadomości; początek przekazanej wiadomości; przekazany
    e-mail
device: wysłane z; wysłano z; wysłana z; pobierz aplikację outlook; wysłane za pomocą; wysłano za pomocą;
    pobierz program outlook; pobierz outlook
closing: pozdrawiam; z poważaniem; pozdrowienia; z wyrazami szacunku; serdecznie pozdrawiam; serdeczności;
    pozdrawiam serdecznie; z pozdrowieniami; łączę pozdrowienia; dziękuję; dziękuję i pozdrawiam; z góry
    dziękuję; pozdr; miłego dnia; łączę wyrazy szacunku; dzięki
notice: poufn; przeznaczona wyłącznie dla; przeznaczone wyłącznie dla; nie jest adresatem; nie są państwo
    adresatem; administratorem danych
footer: zanim wydrukujesz; przed wydrukowaniem; wolna od wirusów; wolne od wirusów
above: odpowiedź powyżej tej linii; odpowiedz powyżej tej linii; powyżej tej linii
[ru]
wrote: пишет; написал; написала; написал(а); написал/а; писал; писала; написали
starts: от; сообщение от; пользователь; цитирую; в
sender: от; отправитель; от кого
sent: отправлено; дата; отправлен; дата отправки
to: кому; получатель
copy: копия; скрытая копия; важность; вложения; ответить; ответ-кому; кс
subject: тема
original: исходное сообщение; оригинальное сообщение; исходное письмо; первоначальное сообщение; изначальное
    сообщение; оригинальное письмо
forwarded: пересылаемое сообщение; пересланное сообщение; перенаправленное сообщение; пересланное письмо; начало
    переадресованного сообщения; начало пересылаемого сообщения; переадресованное сообщение; пересылаемое
    письмо; конец пересылаемого сообщения; перенаправленное письмо
device: отправлено с; отправлено из; отправлено через; отправлено при помощи; отправлено с моего; загрузите
    outlook; скачайте outlook; скачать outlook; получить outlook; получите outlook; послано с; написано с
closing: с уважением; всего доброго; с наилучшими пожеланиями; спасибо; заранее спасибо; всего хорошего; с
    благодарностью; с почтением; с приветом; хорошего дня; благодарю; заранее благодарю; искренне ваш
notice: конфиденциальн; предназначено только для; предназначена исключительно; не являетесь адресатом
footer: прежде чем распечат; проверено на вирусы; без вирусов; не содержит вирусов
above: выше этой строки; ответ над этой чертой; над этой линией; выше этой линии
[de]
wrote: schrieb; schreibt; geschrieben; hat geschrieben; schrieben
starts: am; zitat von; nachricht von; von; um
sender: von; absender
sent: gesendet; datum; gesendet am; versendet am; verschickt
to: an; empfänger
copy: kopie; kopie (cc); wichtigkeit; anlagen; antwort an; antworten an; priorität
subject: betreff; betr
original: ursprüngliche nachricht; originalnachricht; original-nachricht; original nachricht; ursprüngliche
    mail; ursprüngliche mitteilung; originalmail; ursprüngliche e-mail; original-mail
forwarded: weitergeleitete nachricht; anfang der weitergeleiteten nachricht; weitergeleitete mail;
    weitergeleitete e-mail; weitergeleitet von; beginn der weitergeleiteten nachricht; anfang der
    weitergeleiteten e-mail; forwarded nachricht
device: gesendet von; gesendet mit; von meinem; holen sie sich outlook; gesendet über; versendet mit; diese
    nachricht wurde von mein; hol dir outlook; gesendet aus; laden sie outlook; outlook für; diese nachricht
    wurde von meinem; gesendet vom; verschickt von; verfasst auf meinem; von yahoo mail auf android; von yahoo
    mail auf dem
closing: mit freundlichen grüßen; mit freundlichen grüssen; mit freundlichem gruß; freundliche grüße; mfg; viele
    grüße; liebe grüße; beste grüße; vg; lg; herzliche grüße; schöne grüße; mit besten grüßen; gruß; grüße;
    hochachtungsvoll; danke; vielen dank; freundliche grüsse; mit lieben grüßen; besten dank; danke im voraus;
    vielen dank im voraus; mit freundlichem gruss; viele grüsse
notice: vertrauliche informationen; vertraulich; nicht der richtige adressat; bevor sie diese; ausschließlich
    für den; bitte prüfen sie, ob
footer: virenfrei; auf viren geprüft
above: oberhalb dieser linie; oberhalb dieser zeile; über dieser linie; über dieser zeile
[sv]
wrote: skrev; skriver; har skrivit
starts: den; följande skrevs av; on
sender: från; avsändare
sent: skickat; datum; skickades; sänt; skickat den
to: till; mottagare
copy: kopia; hemlig kopia; prioritet; bifogade filer; svara till; svar till
subject: ämne; rubrik; ärende
original: ursprungligt meddelande; originalmeddelande; ursprungsmeddelande; ursprungligt mejl; ursprungliga
    meddelandet
forwarded: vidarebefordrat meddelande; vidarebefordrat brev; vidarebefordrat mejl; början på vidarebefordrat
    meddelande; början på vidarebefordrat brev; vidarebefordrat mail
device: skickat från; skickas från; hämta outlook; skickat med; sänt från; skickades från; skickad från; skaffa
    outlook
closing: med vänliga hälsningar; vänliga hälsningar; mvh; hälsningar; vänligen; med vänlig hälsning; vänlig
    hälsning; bästa hälsningar; hälsar; tack; tack på förhand; hej då; allt gott; tack så mycket
notice: konfidentiell information; avsett endast för; endast avsett för; om du inte är avsedd
footer: innan du skriver ut; virusfri
above: svar ovanför denna rad; svar ovanför den här raden; ovanför den här raden; ovanför denna linje
[lv]
wrote: rakstīja; raksta; uzrakstīja; rakstījis
starts: lietotājs; citējot; piektdien; lietotāja
sender: no; sūtītājs; nosūtītājs
sent: nosūtīts; datums; sūtīts; nosūtīšanas datums; laiks
to: kam; saņēmējs; adresāts
copy: kopija; kopijas; slēptā kopija; svarīgums; pielikumi; atbildēt
subject: tēma; temats; priekšmets
original: sākotnējais ziņojums; oriģinālais ziņojums; sākotnējā ziņa; sākotnējā vēstule; oriģinālā vēstule;
    oriģinālais e-pasts; oriģinālziņojums; oriģinālā ziņa
forwarded: pārsūtīts ziņojums; pārsūtīta ziņa; pārsūtīta vēstule; pārsūtītā ziņa; pārsūtītais ziņojums;
    pārsūtītās ziņas sākums; pāradresēta vēstule; pārsūtītā vēstule
device: nosūtīts no; sūtīts no; iegūt outlook; nosūtīta no; izsūtīts no; iegūstiet outlook; nosūtīts,
    izmantojot; lejupielādēt outlook
closing: ar cieņu; cieņā; visu labu; ar sveicieniem; sveicieni; jauku dienu; lai jauka diena; paldies; ar laba
    vēlējumiem; vislabākie vēlējumi; patiesā cieņā; ar pateicību; jau iepriekš paldies
notice: konfidenciāl; paredzēts tikai adresāt; paredzēta tikai adresāt; neesat šī e-pasta
footer: pirms drukā; bez vīrusiem
above: virs šīs līnijas; virs šīs rindas
[lt]
wrote: rašė; parašė; rašo
starts: naudotojas; vartotojas; cituojama
sender: nuo; siuntėjas; kas
sent: išsiųsta; data; siuntimo data; išsiųstas; išsiuntimo data; siųsta
to: kam; gavėjas; adresatas; iki
copy: kopija; slapta kopija; svarba; priedai; atsakyti
subject: tema
original: pradinis pranešimas; originalus pranešimas; pirminis pranešimas; originalus laiškas; pradinis laiškas;
    pirminis laiškas; originali žinutė
forwarded: persiųstas laiškas; persiųstas pranešimas; persiunčiamas laiškas; persiunčiamas pranešimas;
    persiunčiamo laiško pradžia; persiųsto laiško pradžia; persiųsta žinutė; pradžia persiunčiamo pranešimo
device: išsiųsta iš; siųsta iš; išsiųsta naudojant; gauti outlook; atsisiųskite outlook; gaukite outlook;
    išsiųsta per; parsisiųskite outlook
closing: pagarbiai; su pagarba; geros dienos; linkėjimai; geriausi linkėjimai; ačiū; su geriausiais linkėjimais;
    iš anksto dėkoju; dėkoju; linkėjimais; nuoširdžiai; iš anksto ačiū; gražios dienos
notice: konfidencial; skirtas tik adresat; skirta tik adresat; nesate šio laiško adresatas
footer: prieš spausdindami; be virusų
above: virš šios linijos; virš šios eilutės; aukščiau šios eilutės
[fr]
wrote: a écrit; écrit; ecrit; écrivait; a ecrit; écrivit
starts: le; de; message de; en date du
sender: de; expéditeur; expediteur; from
sent: envoyé; envoyé le; date; envoyé à; message du; envoye; date d'envoi
to: à; a; pour; destinataire
copy: cc; copie; copie à; copie a; cci; importance; pièces jointes; répondre à
subject: objet; sujet
original: message d'origine; message original; message initial; courriel original; e-mail d'origine; message
    d’origine; mail original
forwarded: message transféré; début du message transféré; message transmis; début du message réexpédié; message
    réexpédié; message transfere; courriel transféré; transféré par; mail transféré
device: envoyé de mon; envoyé depuis; envoyé à partir; télécharger outlook; obtenir outlook; envoyé avec; envoyé
    via; envoyé de; téléchargez outlook; provenance
closing: cordialement; bien cordialement; bien à vous; sincères salutations; salutations; cdlt; meilleures
    salutations; merci; merci d'avance; bonne journée; bonne réception; très cordialement; cdt
notice: confidentiel; destiné exclusivement; n'êtes pas le destinataire
footer: sans virus; avant d'imprimer
above: au-dessus de cette ligne; au dessus de cette ligne
"""


def phrases(field: str) -> list[str]:
    """All phrases of one field in all languages, longest first, each once."""
    found: set[str] = set()
    for line in (WORDS + MORE).replace("\n    ", " ").splitlines():
        name, _, listed = line.partition(": ")
        if name == field:
            found.update(phrase.strip().casefold() for phrase in listed.split(";"))
    return sorted(found - {""}, key=lambda phrase: (-len(phrase), phrase))
