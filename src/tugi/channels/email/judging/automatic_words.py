"""Words of answering machines, in the languages shops of ours are written to in."""

from __future__ import annotations

import re

# At the beginning of a subject only: "Re: Automatic reply" is a person's.
AWAY = re.compile(
    r"(?:\[[^\]]{1,40}\]\s*)?(?:"
    r"auto(?:matic(?:ally generated)?)?[- ]?(?:reply|response|respond(?:er)?|answer)\b|"
    r"out[- ]of[- ](?:the[- ])?office|ooo\b|"
    r"away from (?:my |the )?(?:office|desk|mail)|on (?:vacation|holiday|leave)\b|i am (?:away|out of)|"
    r"vacation (?:reply|message)|"
    r"automaat(?:ne )?(?:vastus|vastaus)|automaatvastus|automaatteade|kontorist (?:väljas|eemal)|puhkusel\b|"
    r"viibin puhkusel|"
    r"automaattinen (?:vastaus|poissaoloviesti)|poissa (?:toimistosta|työpaikalta)|poissaolo(?:viesti|ilmoitus)?\b|"
    r"lomalla\b|"
    r"odpowied[źz] automatyczna|automatyczna odpowied[źz]|autoodpowied[źz]|autoresponder|nieobecno[śs][ćc]|poza biurem|"
    r"jestem na urlopie|автоответ|автоматический ответ|вне офиса|нет на месте|в отпуске|отсутстви|"
    r"automatische (?:antwort|abwesenheit)|abwesenheit|abwesend|nicht im (?:büro|haus)|im urlaub|automatisch antwoord|"
    r"automatisk[at]? svar|autosvar|frånvaro|ej på kontoret|på semester|fraværs?|ikke på kontoret|"
    r"automātiskā atbilde|automatiska atbilde|ārpus biroja|prombūtn|atvaļinājumā|"
    r"automatinis atsakym|nesu biure|atostog|ne biure|réponse automatique|absence du bureau|absent du bureau|"
    r"message d'absence|en congés?\b|respuesta autom[áa]tica|fuera de (?:la )?oficina|ausente de la oficina|"
    r"resposta autom[áa]tica|ausência|fora do escrit[óo]rio|risposta automatica|fuori (?:sede|ufficio)|"
    r"assenza (?:dall'ufficio|temporanea)|automatisch(?:e)? (?:antwoord|beantwoording)|afwezig|niet op kantoor|"
    r"automatická odpov[ěe][ďd]|mimo (?:kancelář|kanceláriu)|automatikus válasz|irodán kívül|automatická odpoveď|"
    r"automatikus|răspuns automat|αυτόματη απάντηση|otomatik yanıt|автоматична відповідь|"
    r"自動返信|不在|自动回复|자동 회신)",
    re.IGNORECASE,
)
# Words with a colon behind them, before the subject that is answered: only programs write so.
ANSWERED_BY_MACHINE = re.compile(
    r"(?:\[[^\]]{1,40}\]\s*)?(?:(?:auto(?:matic)?[- ]?(?:reply|response)|out of office auto-?reply|"
    r"automaat(?:ne )?vastus|automaattinen vastaus|automaattivastaus|odpowied[źz] automatyczna|"
    r"auto(?:matyczna )?odpowied[źz]|автоматический ответ|автоответ|автоматична відповідь|автовідповідь|"
    r"automatische antwort|abwesenheitsnotiz|autosvar|automatisk[at]? (?:svar|besvarelse)|automātiskā atbilde|"
    r"automatinis atsakymas|réponse automatique|respuesta automática|resposta automática|risposta automatica|"
    r"automatisch antwoord|automatická odpov(?:ěď|eď)|automatikus válasz|răspuns automat|αυτόματη απάντηση|"
    r"otomatik yanıt|自動応答|自动答复|自動回覆|자동 회신)\s?[:：]|"
    r"auto: .{1,150}(?:out of (?:the )?office|\(returning|abwesend|nicht im büro))",
    re.IGNORECASE,
)
FORWARDED = re.compile(r"\s*(?:fw|fwd|wg|vs|vl|vb|pd|tr|i|rv|enc|doorst|továbbítás|переслано|edasi)\s?:", re.IGNORECASE)
CHALLENGES = re.compile(
    r"verify#|^your (?:e-?mail|message) (?:to \S+ )?requires (?:verification|confirmation)|"
    r"^(?:please )?confirm your (?:message|e-?mail) to |^\[?spam ?arrest|sender (?:verification|confirmation) required|"
    r"challenge[- ]response|^boxbe ",
    re.IGNORECASE,
)
# The address, not the name: "no reply" is also what people complain about.
NO_REPLY = re.compile(
    r"(?:[\w.-]*[._-])?(?:no[._-]?reply|do[._-]?not[._-]?reply|dont[._-]?reply|no[._-]?respon[ds](?:er|e|a)?|"
    r"not?[._-]?responder|ne[._-]?pas[._-]?repondre|nicht[._-]?antworten|keine[._-]?antwort|ei[._-]?vasta(?:ta|uksia)?|"
    r"[äa]ra[._-]?vasta|nie[._-]?odpowiadaj|neatbildet|neatsakyti|svara[._-]?(?:inte|ej)|ikke[._-]?svar|noreplay|"
    r"non[._-]?rispondere|nao[._-]?responda|niet[._-]?beantwoorden)(?:[._+-][\w.+-]*|\d*)@",
    re.IGNORECASE,
)
