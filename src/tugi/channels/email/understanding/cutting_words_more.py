"""Further languages of `cutting_words.py`, in its form."""

from __future__ import annotations

MORE = """
[es]
wrote: escribió; escribio; escribía; ha escrito; va escriure; escribe
starts: el; en; a; con fecha; mensaje de
sender: de; remitente; desde
sent: enviado; enviado el; fecha; enviado en; data
to: para; a; destinatario
copy: cc; cco; importancia; responder a; datos adjuntos; copia
subject: asunto; assumpte
original: mensaje original; correo original; mensaje de origen; missatge original
forwarded: mensaje reenviado; inicio del mensaje reenviado; correo reenviado; missatge reenviat; comienzo del
    mensaje reenviado; forwarded mensaje
device: enviado desde; obtener outlook; enviado con; enviado a través; enviat des de; descargar outlook; obtén
    outlook; enviado mediante
closing: saludos; un saludo; saludos cordiales; atentamente; cordialmente; gracias; un cordial saludo; muchas
    gracias; gracias de antemano; reciba un cordial saludo; atte; salutacions
notice: confidencial; dirigido exclusivamente; no es el destinatario; va dirigido exclusivamente
footer: libre de virus; antes de imprimir
above: por encima de esta línea; encima de esta línea
[pt]
wrote: escreveu; escreve; escrevia
starts: em; a; no dia; mensagem de; citando; de
sender: de; remetente
sent: enviado; enviada; enviada em; enviado em; data; enviada a; data de envio
to: para; destinatário
copy: cc; cco; anexos; importância; responder para
subject: assunto
original: mensagem original; e-mail original; email original
forwarded: mensagem encaminhada; início da mensagem reencaminhada; mensagem reencaminhada; início da mensagem
    encaminhada; e-mail encaminhado; forwarded mensagem
device: enviado do meu; enviado a partir; obter o outlook; enviado do; enviada do; enviado pelo; obtenha o
    outlook; enviado via; enviado com; enviado da; baixe o outlook; baixar o outlook; transferir o outlook
closing: atenciosamente; cumprimentos; com os melhores cumprimentos; abraço; abraços; obrigado; obrigada;
    melhores cumprimentos; att; cordialmente; grato; grata; cumps; desde já obrigado
notice: confidencial; destina-se exclusivamente; não é o destinatário
footer: livre de vírus; antes de imprimir
above: acima desta linha
[it]
wrote: ha scritto; scrive; scritto; scrisse
starts: il; in data; il giorno; da; messaggio di; citando
sender: da; mittente
sent: inviato; data; inviato il; inviata
to: a; destinatario
copy: cc; ccn; importanza; allegati; rispondi a; per conoscenza
subject: oggetto
original: messaggio originale; messaggio originario; email originale; e-mail originale
forwarded: messaggio inoltrato; inizio messaggio inoltrato; inizio del messaggio inoltrato; forwarded messaggio
device: inviato da; inviato dal; scarica outlook; ottieni outlook; inviato con; inviato tramite; inviata da
closing: cordiali saluti; distinti saluti; saluti; grazie; un saluto; cordialmente; buona giornata; grazie
    mille; grazie e cordiali saluti; in attesa di un vostro riscontro
notice: riservat; esclusivamente al destinatario; non è il destinatario
footer: privo di virus; prima di stampare
above: sopra questa riga; sopra questa linea
[nl]
wrote: schreef; heeft geschreven; geschreven; schrijft
starts: op; citeren van; van
sender: van; afzender
sent: verzonden; datum; verzonden op; verstuurd; verzonden om
to: aan; naar
copy: cc; bcc; kopie; urgentie; bijlagen; prioriteit; antwoord aan
subject: onderwerp; betreft
original: oorspronkelijk bericht; origineel bericht; oorspronkelijke bericht; originele bericht
forwarded: doorgestuurd bericht; begin doorgestuurd bericht; begin van doorgestuurd bericht; doorgezonden
    bericht; forwarded bericht
device: verzonden vanaf; verstuurd vanaf; verzonden met; verstuurd met; outlook downloaden; download outlook;
    verzonden vanuit; outlook voor; verzonden via
closing: met vriendelijke groet; met vriendelijke groeten; mvg; groeten; groet; vriendelijke groet; hartelijke
    groet; hoogachtend; bedankt; dank u; bij voorbaat dank; vriendelijke groeten; alvast bedankt; gr
notice: vertrouwelijk; uitsluitend bestemd voor; voordat u deze; niet de geadresseerde
footer: virusvrij
above: boven deze regel; boven deze lijn
[da]
wrote: skrev; skriver; har skrevet
starts: den; d
sender: fra; afsender
sent: sendt; dato; sendt den
to: til; modtager
copy: cc; kopi; prioritet; vedhæftede filer; bcc; svar til
subject: emne; vedr
original: oprindelig besked; oprindelig meddelelse; original besked; original meddelelse; oprindelige besked;
    den oprindelige meddelelse
forwarded: videresendt besked; videresendt meddelelse; start på videresendt besked; start på videresendt
    meddelelse; begyndelse af videresendt besked; videresendt mail
device: sendt fra; hent outlook; sendt med; få outlook; sendt via
closing: med venlig hilsen; venlig hilsen; mvh; hilsen; de bedste hilsner; med venlige hilsner; tak; venlige
    hilsner; på forhånd tak; mange hilsner; bedste hilsner; kh
notice: fortrolig; kun beregnet til; ikke er den rette modtager
footer: virusfri; før du udskriver
above: over denne linje
[no]
wrote: skrev; skrive; skreiv; har skrevet
starts: den; på
sender: fra; frå; avsender
sent: sendt; dato
to: til; mottaker
copy: kopi; blindkopi; prioritet; vedlegg; kopi til
subject: emne
original: opprinnelig melding; opphavleg melding; original melding; opprinnelig e-post; opprinnelige melding;
    den opprinnelige meldingen
forwarded: videresendt melding; start på videresendt melding; vidaresend melding; videresendt e-post;
    begynnelsen på videresendt melding; videresendt epost; videresendt beskjed
device: sendt fra; skaff deg outlook; last ned outlook; få outlook; hent outlook; sendt med; sendt via
closing: med vennlig hilsen; vennlig hilsen; mvh; hilsen; beste hilsen; med vennlige hilsener; takk; på forhånd
    takk; med beste hilsen; ha en fin dag; vh
notice: konfidensiell; kun beregnet på; ikke er rette mottaker
footer: virusfri; før du skriver ut
above: over denne linjen
[cs]
wrote: napsal; napsala; napsal(a); napsal/a; píše
starts: dne; dňa; odesílatel; uživatel; v
sender: od; odesílatel; odesilatel
sent: odesláno; datum; dne; odesláno dne; posláno
to: komu; příjemce; pro
copy: kopie; skrytá kopie; důležitost; přílohy; odpovědět; odpověď na
subject: předmět; predmet; věc
original: původní zpráva; původní e-mail; původní email; originální zpráva; původní mail
forwarded: přeposlaná zpráva; začátek přeposílané zprávy; přeposlaný e-mail; přeposlaný email; předaná zpráva;
    forwarded zpráva; přesměrovaná zpráva; začátek přeposlané zprávy; přeposílaná zpráva
device: odesláno z; odesláno ze; odesláno pomocí; získejte outlook; stáhnout outlook; získat outlook; posláno z;
    odesláno přes
closing: s pozdravem; s přátelským pozdravem; děkuji; zdravím; hezký den; s úctou; přeji hezký den; s přáním
    hezkého dne; děkuji a zdravím; předem děkuji; díky; mějte se hezky
notice: důvěrn; určena výhradně; před vytištěním; nejste zamýšleným
footer: bez virů
above: nad tento řádek; nad touto čárou; nad tuto čáru
[sk]
wrote: napísal; napísala; napísal(a); napísal/a; píše
starts: dňa; dna; používateľ; odosielateľ; v
sender: od; odosielateľ
sent: odoslané; dátum; poslané; dňa; odoslaná
to: komu; príjemca; pre
copy: kópia; skrytá kópia; dôležitosť; prílohy
subject: predmet; vec
original: pôvodná správa; pôvodný e-mail; originálna správa; pôvodný email; originál správy
forwarded: preposlaná správa; začiatok preposlanej správy; preposlaný e-mail; začiatok preposielanej správy;
    preposlaný email
device: odoslané z; odoslané zo; poslané z; odoslané pomocou; získajte outlook; získať outlook; stiahnuť outlook
closing: s pozdravom; s priateľským pozdravom; ďakujem; s úctou; pekný deň; prajem pekný deň; vopred ďakujem;
    ďakujem a prajem pekný deň; zdravím; s prianím pekného dňa
notice: dôvern; určená výlučne
footer: bez vírusov; pred vytlačením
above: nad tento riadok; nad touto čiarou
[uk]
wrote: пише; написав; написала; написав(ла); писав; написав(-ла); написав/ла
starts: від; користувач; у; о
sender: від; від кого; відправник
sent: надіслано; дата; відправлено
to: кому; до; одержувач
copy: копія; прихована копія; важливість; вкладення; кому відповісти
subject: тема
original: вихідне повідомлення; оригінальне повідомлення; початкове повідомлення; оригінал повідомлення;
    оригінальний лист; початковий лист
forwarded: переслане повідомлення; пересланий лист; початок пересланого повідомлення; переадресоване
    повідомлення; початок листа, що пересилається; перенаправлене повідомлення
device: надіслано з; відправлено з; надіслано за допомогою; отримати outlook; надіслано через; надіслано із;
    завантажити outlook; отримайте outlook
closing: з повагою; дякую; з найкращими побажаннями; всього найкращого; гарного дня; щиро дякую; на все добре;
    заздалегідь дякую
notice: конфіденційн; призначено лише для
footer: перед друком; перевірено на віруси
above: вище цього рядка; вище цієї лінії; над цією лінією
[bg]
wrote: написа; пише; написала; писа
starts: на; потребител; цитат от; от
sender: от; подател; изпращач
sent: изпратено; дата; изпратено на
to: до; на; получател
copy: копие; як; важност; прикачени файлове
subject: относно; тема; заглавие
original: оригинално съобщение; първоначално съобщение; оригинален имейл; оригинално писмо
forwarded: препратено съобщение; начало на препратеното съобщение; препратено писмо; препратен имейл; начало на
    препратено съобщение
device: изпратено от; изпратено с; изтеглете outlook; изпратено чрез; вземете outlook; изпратен от
closing: поздрави; с уважение; благодаря; сърдечни поздрави; с поздрави; хубав ден; благодаря предварително; с
    най-добри пожелания; лек ден
notice: поверителн; предназначено единствено
footer: преди да отпечат
above: над този ред; над тази линия
[hu]
wrote: írta; ezt írta; írja; írt; ezt írja
starts: időpont; ekkor; idézet
sender: feladó; felado; küldő; kitől
sent: küldve; elküldve; dátum; küldés ideje; datum
to: címzett; kinek; címzettek
copy: másolatot kap; másolat; titkos másolat; fontosság; mellékletek
subject: tárgy; targy
original: eredeti üzenet; eredeti levél; az eredeti üzenet
forwarded: továbbított üzenet; továbbított levél kezdete; továbbított levél; továbbított üzenet kezdete; a
    továbbított levél kezdete
device: az iphone-omról; iphone-omról; ipademről; az outlook; küldve az; küldve a; elküldve a; elküldve az;
    outlook for android; töltse
    le az outlook; samsung mobil; a mobilomról; androidos
device_ends: küldve; elküldve; letöltése
closing: üdvözlettel; tisztelettel; köszönettel; üdv; köszönöm; szép napot; baráti üdvözlettel; szívélyes
    üdvözlettel; előre is köszönöm; további szép napot; jó munkát
notice: bizalmas; kizárólag a címzett
footer: vírusmentes; nyomtatás előtt
above: e sor fölé; a vonal fölé; a sor fölé
[ro]
wrote: a scris; scrie; a scris următoarele
starts: în; in data; pe; la; în data de; pe data de
sender: de la; expeditor; expeditorul; from
sent: trimis; data; trimis la; dată; trimisă
to: către; catre; la; pentru; destinatar; destinatarul
copy: cc; cci; importanță; atașamente; răspuns către
subject: subiect; subiectul
original: mesaj original; mesajul original; mesaj initial; mesaj inițial
forwarded: mesaj redirecționat; începutul mesajului redirecționat; mesaj redirectionat; mesaj transmis; începe
    mesajul redirecționat; mesaj retrimis
device: trimis de pe; trimis din; obțineți outlook; trimis cu; trimis prin; descărcați outlook; obține outlook
closing: cu stimă; cu respect; mulțumesc; multumesc; o zi bună; o zi buna; cu stima; toate cele bune; salutări;
    cu considerație; vă mulțumesc; cele bune
notice: confidențial; destinat exclusiv
footer: fără viruși; înainte de a imprima
above: deasupra acestei linii; deasupra acestui rând
[tr]
wrote: yazdı; şunu yazdı; şunları yazdı; yazmış; tarafından yazıldı; yazdi
starts: tarih
sender: kimden; gönderen; from
sent: gönderildi; tarih; gönderilme tarihi; gönderim; gönderme tarihi
to: kime; alıcı
copy: bilgi; bcc; gizli; önem derecesi; ekler; yanıt adresi
subject: konu
original: özgün ileti; orijinal mesaj; orijinal ileti; asıl mesaj; orjinal mesaj; özgün mesaj
forwarded: iletilen mesaj; iletilmiş mesaj; iletilen ileti; başlangıç iletilen mesaj; yönlendirilmiş ileti;
    iletilen mesajın başlangıcı; yönlendirilen mesaj; ileti başlangıcı; forwarded mesaj
device: android için outlook; ios için outlook; outlook for; yahoo mail; windows için; samsung cep
device_ends: gönderildi; gönderilmiştir; edinin; ile gönderildi; yükleyin
closing: saygılarımla; iyi çalışmalar; teşekkürler; saygılarımızla; iyi günler; teşekkür ederim; sevgiler;
    selamlar; şimdiden teşekkürler; kolay gelsin
notice: gizli bilgi; yalnızca alıcı; gizlidir
footer: virüssüz; yazdırmadan önce
above: bu satırın üstüne; bu satırın üzerine; bu çizginin üstüne
[el]
wrote: έγραψε; γράφει; έγραψε τα εξής; έγραψαν
starts: στις; την; στίς; τη; ο χρήστης; η; στη
sender: από; απο; αποστολέας
sent: στάλθηκε; ημερομηνία; εστάλη; σταλθηκε; ημ/νία
to: προς; παραλήπτης; σε
copy: κοιν; κοινοποίηση; κοιν.; σπουδαιότητα; συνημμένα
subject: θέμα; θεμα
original: αρχικό μήνυμα; αρχικο μηνυμα; πρωτότυπο μήνυμα
forwarded: προωθημένο μήνυμα; αρχή προωθημένου μηνύματος; προωθούμενο μήνυμα; προωθημένο email; έναρξη
    προωθημένου μηνύματος
device: στάλθηκε από; εστάλη από; αποκτήστε το outlook; λήψη του outlook; στάλθηκε με; απεστάλη από; αποκτήστε
    outlook
closing: με εκτίμηση; ευχαριστώ; φιλικά; με φιλικούς χαιρετισμούς; ευχαριστώ πολύ; χαιρετισμούς; με τιμή;
    ευχαριστώ εκ των προτέρων; καλή συνέχεια
notice: εμπιστευτικ; προορίζεται αποκλειστικά
footer: χωρίς ιούς; πριν εκτυπώσετε
above: πάνω από αυτή τη γραμμή; πάνω από αυτήν τη γραμμή
[hr, sr, sl]
wrote: napisao je; napisala je; je napisao; je napisala; piše; napisao; napisala; je napisal; napisal; је
    написао; је написала; написао је; написала је; je oseba
starts: dana; v; u; dne; uporabnik; korisnik; дана
sender: od; šalje; pošiljatelj; pošiljalac; šiljalac; od koga; од; pošilja
sent: poslano; datum; poslato; датум; послато
to: za; prima; prejemnik; primatelj; do; komu; за; kp
copy: kopija; vv; važnost; prilozi; zadeva kopije
subject: predmet; zadeva; naslov; предмет; тема
original: izvorna poruka; originalna poruka; izvirno sporočilo; originalno sporočilo; prvotno sporočilo;
    оригинална порука; prvobitna poruka
forwarded: proslijeđena poruka; započni proslijeđenu poruku; posredovano sporočilo; prosleđena poruka; početak
    proslijeđene poruke; začetek posredovanega sporočila; прослеђена порука; posredovano pismo
device: poslano s; poslano iz; poslano z; poslato sa; preuzmite outlook; poslano sa; pridobite outlook; poslato
    iz; послато са; nabavite outlook
closing: lijep pozdrav; lep pozdrav; srdačan pozdrav; pozdrav; s poštovanjem; hvala; lp; s spoštovanjem;
    srdačno; poštovanjem; hvala in lep pozdrav; поздрав; с поштовањем; pozdravljeni
notice: povjerljiv; poverljiv; zaupn
footer: prije ispisa
above: iznad ove crte; nad to črto; iznad ove linije
[ja]
wrote: 書きました; のメール; wrote; さんは書きました; のメッセージ; さんからのメール; 書き込み; が書きました
sender: 差出人; 送信者; from; 送信元
sent: 送信日時; 日時; 送信日; 日付; 送信
to: 宛先; 宛て先; 送信先; to; 受信者
copy: 重要度; 添付ファイル; ｃｃ; 返信先
subject: 件名; 題名
original: 元のメッセージ; オリジナルメッセージ; original message; オリジナル メッセージ; 元のメール;
    受信メール; メッセージ原文
forwarded: 転送されたメッセージ; 転送メッセージ; 転送されたメッセージ:; 以下は転送メッセージです; 転送メール;
    メッセージを転送
device_ends: から送信; から送信されました; を入手; を使用して送信; から送信します; で送信; をダウンロード
closing: よろしくお願いします; よろしくお願いいたします; よろしくお願い致します; 敬具; 以上
notice: 機密情報
footer: ウイルス
above: この行より上に; この線より上に
[zh]
wrote: 写道; 寫道; 写到; 写信; 写的; 寫了
starts: 在; 于; 於
sender: 发件人; 寄件者; 寄件人; 發件人; 发送人; 发信人
sent: 发送时间; 日期; 发送日期; 寄件日期; 時間; 时间; 發送時間; 已傳送; 传送日期; 傳送時間; 已发送; 发送
to: 收件人; 收件者; 主收件人
copy: 抄送; 副本; 密件抄送; 重要性; 附件; 密送
subject: 主题; 主旨; 主題; 标题
original: 原始邮件; 原邮件; 原始郵件; 原始信件; 回复的原邮件; 邮件原件; 原始訊息; 原始消息; 回复邮件
forwarded: 转发的邮件; 转发邮件; 轉寄郵件; 轉寄的郵件; 转发信息; 转发邮件信息; 轉寄訊息; 以下是转发的邮件;
    开始转发的邮件; 转发的消息; 被转发邮件的信息; 轉寄的訊息
device: 发自我的; 發自我的; 从我的; 從我的; 发自; 發自; 获取; 獲取; 取得; 来自我的; 自我的; 下载适用于; 從
    outlook; 从 outlook
device_ends: 发送; 傳送; 寄出; 发出
closing: 此致; 祝好; 谢谢; 謝謝; 顺祝商祺; 敬祝; 敬上
notice: 机密信息; 保密信息
footer: 無病毒; 无病毒
above: 在此行上方; 在此行之上
[ko]
wrote: 작성; 님이 작성; 님이 작성함; 님이 씀; 님이 쓴 글; 님이 다음을 작성
sender: 보낸 사람; 보낸사람; 발신; 발신자; 보낸이; 발신인
sent: 보낸 날짜; 날짜; 보냄; 보낸날짜; 일시; 보낸 시간; 전송
to: 받는 사람; 받는사람; 수신; 수신자; 받는이; 수신인
copy: 참조; 숨은 참조; 중요도; 첨부
subject: 제목
original: 원본 메일; 원본 메시지; 원본메일; original message; 원본 이메일; 원본메시지
forwarded: 전달된 메시지; 전달된 메일; 전달한 메시지; 전달된 이메일; 전달한 이메일
device: android용 outlook; ios용 outlook
device_ends: 에서 보냄; 에서 보냈습니다; 다운로드; 으로 보냄; 에서 전송; 다운받기
closing: 감사합니다; 안녕히 계세요; 드림; 올림
notice: 기밀
footer: 바이러스
above: 이 줄 위에; 이 선 위에
[he]
wrote: כתב; כתבה; מאת; כתב/ה; כתב את
starts: בתאריך; ב; ביום; ב-; מאת
sender: מאת; מ
sent: נשלח; תאריך; נשלח בתאריך
to: אל; עבור; ל
copy: עותק; עותק מוסתר; חשיבות; קבצים מצורפים
subject: נושא; הנושא; הנדון
original: הודעה מקורית; ההודעה המקורית; הודעה מקורי
forwarded: הודעה שהועברה; תחילת ההודעה שהועברה; הודעה מועברת; הודעה שהועברה להלן
device: נשלח מה; נשלח מ; השג את outlook; להורדת outlook; נשלח באמצעות; קבל את outlook; הורד את outlook
closing: בברכה; תודה; בכבוד רב; תודה רבה; בתודה; יום טוב
notice: חסוי; סודי
above: מעל שורה זו
[ar, fa]
wrote: كتب; كتبت; تمت كتابة ما يلي بواسطة; كتب ما يلي; نوشت; نوشته است; نوشته
starts: في; بتاريخ; يوم; در; در تاریخ
sender: من; المرسل; از; مرسل; فرستنده
sent: تاريخ الإرسال; التاريخ; تم الإرسال; أرسل; تاریخ; تاريخ; أُرسلت; مرسل في
to: إلى; الى; به; المستلم; گیرنده
copy: نسخة; الأهمية; نسخة إلى; المرفقات; رونوشت
subject: الموضوع; موضوع
original: الرسالة الأصلية; رسالة أصلية; النص الأصلي; پیام اصلی
forwarded: رسالة معاد توجيهها; رسالة محولة; بداية الرسالة المعاد توجيهها; رسالة مُعاد توجيهها; پیام هدایت شده;
    پیام بازارسال شده; بدء الرسالة المحولة
device: أرسلت من; تم الإرسال من; أُرسلت من; مرسل من; الحصول على outlook; ارسلت من; ارسال شده از; فرستاده شده از;
    احصل على outlook
closing: مع أطيب التحيات; تحياتي; شكرا; شكراً; مع تحياتي; مع خالص التحية; وتفضلوا بقبول فائق الاحترام; با تشکر;
    با احترام
notice: سرية; محرمانه
above: فوق هذا السطر; أعلى هذا السطر
[vi, id, th, hi]
wrote: đã viết; viết; menulis; เขียนว่า; เขียน; ने लिखा; telah menulis
starts: vào; pada; เมื่อ; ในวันที่; ngày; vào ngày; वह
sender: từ; dari; จาก; người gửi; प्रेषक; daripada; ผู้ส่ง
sent: đã gửi; ngày; dikirim; tanggal; ส่งเมื่อ; วันที่; đã gửi vào; dihantar; tarikh; ส่ง; दिनांक; terkirim
to: đến; tới; kepada; ถึง; untuk; प्रति; ke
copy: cc; สำเนา
subject: chủ đề; tiêu đề; subjek; perihal; เรื่อง; judul; หัวเรื่อง; विषय; hal
original: thư gốc; pesan asli; ข้อความต้นฉบับ; tin nhắn gốc; mesej asal; thông báo gốc; ต้นฉบับ; मूल संदेश
forwarded: thư đã chuyển tiếp; pesan yang diteruskan; ข้อความที่ส่งต่อ; pesan terusan; tin nhắn đã chuyển tiếp;
    mesej dimajukan; forwarded message; अग्रेषित संदेश; thư được chuyển tiếp; pesan diteruskan
device: đã gửi từ; được gửi từ; dikirim dari; ส่งจาก; tải outlook; dapatkan outlook; dihantar dari; gửi từ;
    terkirim dari; dikirim dengan; ดาวน์โหลด outlook
closing: trân trọng; salam; hormat saya; ขอแสดงความนับถือ; terima kasih; cảm ơn; ขอบคุณครับ; ขอบคุณค่ะ; thân ái
notice: bảo mật; rahasia
above: phía trên dòng này; di atas baris ini; เหนือบรรทัดนี้
[is, ga, mk, sq, az, kk, ka, hy, eu, gl]
wrote: skrifaði; shkroi; yazıb; написао; напиша; жазды; დაწერა; գրել է; idatzi du; schrieff; scríobh; ka
    shkruar; dedi
starts: þann; më; ar; на
sender: frá; nga; kimdən; од; კის; кімнен; nork; ó
sent: sent; dagsetning; dërguar; göndərilib; data; пратено; sendt
to: til; kujt; për; kimə; за; nori; chuig; кімге
subject: efni; subjekti; mövzu; предмет; gaia; ábhar; тақырып; lënda; tema
original: upprunaleg skilaboð; upprunalegur póstur; mensaxe orixinal; mesazhi origjinal; оригинална порака;
    orijinal mesaj; jatorrizko mezua
forwarded: áframsend skilaboð; áframsendur póstur; mensaxe reenviada; mesazh i përcjellë; препратена порака;
    birəbaşa mesaj; birbidalitako mezua; mesazhi i përcjellë
device: sent úr; dërguar nga; испратено од; sent frá; pratено од
closing: kveðja; bestu kveðjur; me respekt; hörmətlə; со почит; með kveðju; përshëndetje; agur bero bat
"""
