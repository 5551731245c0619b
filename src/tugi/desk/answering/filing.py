"""Filing: what the judged questions show for each scope is written down, and what no longer holds is voided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tugi.core.database import Transaction
from tugi.desk.answering import certificates, drift, judged, topics
from tugi.desk.answering.certificates import Certificate, Held, Scope, VoidReason
from tugi.desk.answering.judged import Judged
from tugi.desk.answering.levels import Setting
from tugi.desk.answering.policy import Risk, RobotPolicy
from tugi.robot.certificate import Statement, certify

# A language or topic gets a statement of its own from so many judged questions on.
OF_ITS_OWN = 60
# A single mistake says nothing of a language.
ERRORS_THAT_TELL = 2


@dataclass(frozen=True, slots=True)
class Scored:
    """A question as today's model sees it: the first entry and its probability."""

    entry_id: int
    probability: float
    language: str | None


@dataclass(frozen=True, slots=True)
class Tested:
    """A judged question with its score. right: the first entry is the one that people found right."""

    question: Judged
    scored: Scored
    right: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What one run starts from. risks: of each topic the robot may answer, by entry id."""

    wishes: RobotPolicy
    found: list[Judged]
    taught: list[Judged]
    lately: list[int]
    risks: dict[int, Risk]
    fresh_since: dict[Scope, datetime]
    mark: object


class Filing:
    """One run's writing: statements made, renewed and voided, topics demoted."""

    def __init__(
        self, tx: Transaction, model_id: int, known: Known, tested: Sequence[Tested], lately: Sequence[Scored]
    ) -> None:
        self._tx = tx
        self._model_id = model_id
        self._known = known
        self._tested = tested
        self._lately = lately
        self._changed = False

    async def file(self) -> None:
        """Bring every scope's statement up to date."""
        current = await certificates.current(self._tx)
        for scope in dict.fromkeys([*_scopes(self._tested, self._known.risks), *current]):
            await self._file_one(scope, current.get(scope))
        await self._look_at_topics()
        await self._look_at_languages()
        if self._changed:
            self._tx.happened("CertificatesChanged")

    async def _file_one(self, scope: Scope, held: Held | None) -> None:
        target = self._known.wishes.targets[scope.risk]
        cases = self._cases(scope)
        statement = self._statement(cases, target)
        in_force = held is not None and held.certificate.status == "in_force"
        if held is not None and in_force:
            reason = await self._reason_to_void(held, scope, target, cases, statement)
            if reason is not None:
                await self._void(held, scope, reason)
                if reason not in certificates.DRIFT:
                    await self._put(scope, cases, statement, target)
                return
            if self._is_same(held, target) and (statement.threshold or 1) >= (held.certificate.threshold or 0):
                await self._renew(held, cases, target)
                return
        if held is not None and not in_force and self._is_same(held, target) and statement.threshold is None:
            if _figures(held) != (statement.cases, statement.answered, statement.errors, statement.needed):
                await certificates.renew(self._tx, held.certificate.id, statement, _period(cases))
                self._changed = True
            return
        await self._put(scope, cases, statement, target)

    def _cases(self, scope: Scope) -> list[Tested]:
        """The scope's judged questions, without what only a signal brought up and people found right: signals may
        count against, never for.

        Everything else counts once, whatever its chance was to be drawn. Chances differ by level and risk alone,
        and what is trusted less is drawn more often, so the mix of topics errs on the side of caution.
        """
        since = self._known.fresh_since.get(scope)
        inside = [
            one
            for one in self._tested
            if drift.covers(scope, one.scored.entry_id, self._risk(one.scored.entry_id), one.scored.language)
            and (since is None or one.question.judged_at > since)
            and (one.question.drawn != "signal" or not one.right)
        ]
        kept = {one.verdict_id for one in judged.capped([one.question for one in inside])}
        return [one for one in inside if one.question.verdict_id in kept]

    def _risk(self, entry_id: int) -> Risk:
        return self._known.risks.get(entry_id, "normal")

    def _statement(self, cases: Sequence[Tested], target: float) -> Statement:
        return certify(
            [one.scored.probability for one in cases],
            [one.right for one in cases],
            target=target,
            confidence=self._known.wishes.confidence,
        )

    def _is_same(self, held: Held, target: float) -> bool:
        """Whether it was made by this model for these wishes."""
        one = held.certificate
        wishes = (round(target, 6), round(self._known.wishes.confidence, 6))
        return held.model_id == self._model_id and (one.target, one.confidence) == wishes

    async def _reason_to_void(
        self, held: Held, scope: Scope, target: float, cases: Sequence[Tested], statement: Statement
    ) -> VoidReason | None:
        since = held.certificate.created_at
        everything = [*self._known.found, *self._known.taught]
        if drift.audits_speak_against(scope, everything, self._known.risks, since, held.certificate.target):
            return "audit_errors"
        if held.model_id != self._model_id:
            return None if statement.threshold is not None else await self._what_changed(held)
        now = await drift.scores_since(self._tx, scope, self._known.risks, since)
        if drift.has_shifted(held.scores, now):
            return "scores_shifted"
        if statement.threshold is not None:
            return None
        # The test was passed once, and that holds however often one looks; but not against plain counting.
        above = [one for one in cases if one.scored.probability >= (held.certificate.threshold or 0)]
        errors = sum(not one.right for one in above)
        fine = self._is_same(held, target) and above and errors <= target * len(above)
        return None if fine else "new_evidence"

    async def _what_changed(self, held: Held) -> VoidReason:
        engines = await self._tx.fetch(
            "select distinct engine from models where workspace_id = $1 and id = any($2::bigint[])",
            self._tx.workspace_id,
            [held.model_id, self._model_id],
        )
        return "engine_changed" if len(engines) > 1 else "knowledge_changed"

    async def _void(self, held: Held, scope: Scope, reason: VoidReason) -> None:
        await certificates.void(self._tx, held.certificate.id, reason)
        self._changed = True
        if scope.kind == "language":
            return
        cover, settings = await topics.cover(self._tx), await topics.settings(self._tx)
        # What one topic's own traffic shows is not outweighed by the rest of its risk class.
        by_itself = scope.kind == "topic" and reason in certificates.DRIFT
        fallen = [
            entry_id
            for entry_id, risk in self._known.risks.items()
            if drift.covers(scope, entry_id, risk, None)
            and (by_itself or cover.of(entry_id, settings.get(entry_id, Setting(risk))) is None)
        ]
        await topics.demote(self._tx, fallen, reason, held.certificate.id)

    async def _look_at_topics(self) -> None:
        """A topic that a certificate of its risk class covers falls by itself when reviewers find too many errors."""
        cover, settings = await topics.cover(self._tx), await topics.settings(self._tx)
        everything = [*self._known.found, *self._known.taught]
        for entry_id, risk in self._known.risks.items():
            setting = settings.get(entry_id, Setting(risk))
            one = cover.of(entry_id, setting)
            scope = Scope("topic", risk, None, entry_id)
            if (
                one is not None
                and one.scope == "risk"
                and drift.audits_speak_against(
                    scope, everything, self._known.risks, one.created_at, one.target, drift.LEVEL_OF_ONE
                )
            ):
                await topics.demote(self._tx, [entry_id], "audit_errors", one.id)

    async def _look_at_languages(self) -> None:
        """A language whose judged answers are worse than promised is held back until they no longer are."""
        current = await certificates.current(self._tx)
        for scope, stated in (await certificates.of_languages(self._tx)).items():
            together = current.get(Scope("risk", scope.risk))
            threshold = together.certificate.threshold if together else None
            held_back = self._falls_short(scope, stated, threshold)
            if held_back != stated.held_back:
                await certificates.hold_back(self._tx, scope, stated.id if held_back else None)
                self._changed = True

    def _falls_short(self, scope: Scope, stated: Certificate, threshold: float | None) -> bool:
        """Whether too many are wrong by plain counting, or drift has ended its statement and none is in force since."""
        drifted = stated.void_reason in certificates.DRIFT or scope in self._known.fresh_since
        if drifted and stated.status != "in_force":
            return True
        answered, errors = stated.answered, stated.errors
        if threshold is not None:
            above = [one for one in self._cases(scope) if one.scored.probability >= threshold]
            answered, errors = len(above), sum(not one.right for one in above)
        return errors >= ERRORS_THAT_TELL and errors > stated.target * answered

    async def _renew(self, held: Held, cases: Sequence[Tested], target: float) -> None:
        """The certificate stays, at its threshold, with the evidence there is by now."""
        one = held.certificate
        above = [case for case in cases if case.scored.probability >= (one.threshold or 0)]
        errors = sum(not case.right for case in above)
        statement = Statement(one.threshold, len(cases), len(above), errors, one.bound, 0)
        if _figures(held) != (statement.cases, statement.answered, statement.errors, 0):
            bound = certify(
                [1.0] * len(above), [case.right for case in above], target=target, confidence=one.confidence
            ).bound
            await certificates.renew(self._tx, one.id, replace(statement, bound=bound), _period(cases))
            self._changed = True

    async def _put(self, scope: Scope, cases: Sequence[Tested], statement: Statement, target: float) -> None:
        scores = [
            one.probability
            for one in self._lately
            if drift.covers(scope, one.entry_id, self._risk(one.entry_id), scope.language)
        ]
        await certificates.put(
            self._tx,
            scope,
            statement,
            model_id=self._model_id,
            target=target,
            confidence=self._known.wishes.confidence,
            period=_period(cases),
            scores=drift.spread(scores),
        )
        self._changed = True


def _scopes(tested: Sequence[Tested], risks: Mapping[int, Risk]) -> list[Scope]:
    """Every risk class that is in use, and languages and topics that are judged often enough."""
    languages: Counter[tuple[Risk, str | None]] = Counter(
        (risks.get(one.scored.entry_id, "normal"), one.scored.language) for one in tested
    )
    entries = Counter(one.scored.entry_id for one in tested)
    classes: list[Risk] = sorted(set(risks.values()))
    return [
        *(Scope("risk", risk) for risk in classes),
        *(Scope("language", risk, code) for (risk, code), n in languages.items() if code and n >= OF_ITS_OWN),
        *(Scope("topic", risks[e], None, e) for e, n in entries.items() if n >= OF_ITS_OWN and e in risks),
    ]


def _figures(held: Held) -> tuple[int, int, int, int]:
    one = held.certificate
    return (one.cases, one.answered, one.errors, one.needed)


def _period(cases: Sequence[Tested]) -> tuple[datetime, datetime] | None:
    if not cases:
        return None
    asked = [one.question.asked_at for one in cases]
    return (min(asked), max(asked))
