"""The dimmer's rules hold in every order of events."""

from hypothesis import given
from hypothesis import strategies as st

from tugi.desk.answering.levels import Setting, demoted, effective, proposal
from tugi.robot.facts import LEVELS, Level

levels = st.sampled_from(LEVELS)
counts = st.integers(0, 60)
UP = {level: place for place, level in enumerate(LEVELS)}


@given(levels, st.booleans())
def test_nothing_is_the_robots_own_without_a_certificate(level: Level, certified: bool) -> None:
    assert effective(level, certified) == (level if certified or level != "own" else "suggest")


@given(levels, st.booleans())
def test_a_fall_never_raises_and_leaves_what_people_set(level: Level, by_certificate: bool) -> None:
    after = demoted(level, by_certificate)
    assert UP[after] <= UP[level]
    assert after != "own"
    assert demoted(after, by_certificate) == after
    if level in ("off", "suggest", "click"):
        assert after == level


@given(levels, st.booleans(), counts, counts, counts)
def test_proposals_only_lead_up_and_to_speech_only_with_a_certificate(
    level: Level, certified: bool, right: int, wrong: int, audited: int
) -> None:
    found = proposal(level, certified=certified, right=right, wrong=wrong, audited=audited)
    if found is not None:
        assert UP[found] > UP[level]
        assert certified or found == "click"
        assert level != "off"


acts = st.lists(
    st.one_of(
        st.tuples(counts, counts, counts),
        st.booleans(),
        levels,
    ),
    max_size=30,
)


@given(acts)
def test_whatever_happens_the_robot_speaks_alone_only_by_a_person_or_a_certificate(
    acts: list[tuple[int, int, int] | bool | Level],
) -> None:
    """Judgements come in, a certificate comes or goes, a lead sets a level."""
    level: Level = "suggest"
    certified = by_certificate = by_person = False
    for act in acts:
        if isinstance(act, tuple):
            right, wrong, audited = act
            found = proposal(level, certified=certified, right=right, wrong=wrong, audited=audited)
            if found is not None:
                level, by_certificate, by_person = found, found in ("audit", "own"), False
        elif isinstance(act, bool):
            if certified and not act:
                level = demoted(level, by_certificate)
            certified = act
        elif act != "own" or certified:
            level, by_certificate, by_person = act, False, True
        spoken = effective(level, certified)
        assert spoken != "own" or certified
        assert spoken != "audit" or certified or by_person


@given(levels, levels, st.dictionaries(st.sampled_from(["widget", "email"]), levels))
def test_a_channels_own_level_comes_first(level: Level, default: Level, channels: dict[str, Level]) -> None:
    setting = Setting(level=level, channel_levels=channels)
    for channel in ("widget", "email", "phone"):
        assert setting.level_on(channel, default) == channels.get(channel, level)
    assert setting.level_on(None, default) == level
    assert Setting().level_on("widget", default) == default
