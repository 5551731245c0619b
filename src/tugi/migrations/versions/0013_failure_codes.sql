-- Why a delivery is quarantined, as a word that screens say in the viewer's language; the sentence stays for the API.

alter table deliveries add column failure_code text;
