"""Models at an address: guarded against every way in which they can fail, and left alone when they do."""

import asyncio

import numpy as np
import pytest

from fakes.language_model import DIMENSIONS, FakeModel, Mood, fake_model
from tugi.engines import openai_compatible
from tugi.engines.openai_compatible import ChatModel, RemoteEmbedder
from tugi.engines.remote import Breaker, RemoteFailed, checked_address
from tugi.ports import EngineFailed, LanguageModelFailed


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def chat(fake: FakeModel, now: Hands | None = None) -> ChatModel:
    """A chat model at the fake's address."""
    return ChatModel(fake.address, "fake-1", "the-key", breaker=Breaker(now) if now else Breaker())


async def said(model: ChatModel, seconds: float = 5) -> str:
    """What it says to "hello"."""
    return await model.complete("be kind", "hello", max_tokens=50, seconds=seconds)


async def streamed(model: ChatModel) -> str:
    """The same, piece by piece."""
    return "".join([piece async for piece in model.stream("be kind", "hello", max_tokens=50, seconds=5)])


async def test_words_whole_and_in_pieces() -> None:
    async with fake_model(answer=lambda system, user: f"{user}, õunapuu all on tore") as fake:
        assert await said(chat(fake)) == "hello, õunapuu all on tore"
        assert await streamed(chat(fake)) == "hello, õunapuu all on tore"
        assert fake.keys == ["Bearer the-key"] * 2
        assert fake.asked[0]["messages"][0] == {"role": "system", "content": "be kind"}


@pytest.mark.parametrize(
    "mood", ["hang", "drip", "nonsense", "not_json", "empty", "error", "busy", "refuse", "cut", "oversize", "redirect"]
)
async def test_every_bad_mood_is_one_kind_of_failure(mood: Mood) -> None:
    async with fake_model(moods=[mood], retry_after="3600") as fake:
        with pytest.raises(LanguageModelFailed) as failed:
            await said(chat(fake), seconds=0.4 if mood in ("hang", "drip") else 20)
        assert "hello" not in str(failed.value)
        assert "the-key" not in str(failed.value)
        assert len(fake.asked) <= 2


@pytest.mark.parametrize("mood", ["cut", "error", "not_json", "busy"])
async def test_a_stream_that_breaks_off_is_no_answer(mood: Mood) -> None:
    async with fake_model(moods=[mood], retry_after="3600") as fake:
        with pytest.raises(LanguageModelFailed):
            await streamed(chat(fake))


async def test_one_failure_is_tried_again_once() -> None:
    async with fake_model(moods=["error", "well"]) as fake:
        assert await said(chat(fake)) == "hello"
    async with fake_model(moods=["busy", "well"], retry_after="0") as fake:
        assert await said(chat(fake)) == "hello"
    async with fake_model(moods=["error", "error", "well"]) as fake:
        with pytest.raises(LanguageModelFailed):
            await said(chat(fake))


async def test_nobody_listens_at_the_address() -> None:
    with pytest.raises(LanguageModelFailed, match="cannot be reached"):
        await said(ChatModel("http://127.0.0.1:9", "fake-1", ""))


async def test_the_breaker_opens_after_five_failures_and_lets_one_try_after_half_a_minute() -> None:
    hands = Hands()
    async with fake_model(moods=["refuse"]) as fake:
        model = chat(fake, hands)
        for _ in range(5):
            with pytest.raises(LanguageModelFailed):
                await said(model)
        assert model.is_resting
        with pytest.raises(LanguageModelFailed, match="left alone"):
            await said(model)
        assert len(fake.asked) == 5
        hands.now += 31
        with pytest.raises(LanguageModelFailed, match="401"):
            await said(model)
        with pytest.raises(LanguageModelFailed, match="left alone"):
            await said(model)
        hands.now += 31
        fake.moods = ["well"]
        assert await said(model) == "hello"
        assert not model.is_resting


async def test_failures_far_apart_do_not_open_it() -> None:
    hands = Hands()
    breaker = Breaker(hands)
    for _ in range(20):
        breaker.enter()
        breaker.failed()
        hands.now += 16
    assert not breaker.is_open


async def test_it_stays_away_for_as_long_as_it_is_told() -> None:
    hands = Hands()
    async with fake_model(moods=["busy"], retry_after="120") as fake:
        model = chat(fake, hands)
        with pytest.raises(LanguageModelFailed, match="429"):
            await said(model)
        hands.now += 119
        assert model.is_resting
        hands.now += 2
        fake.moods = ["well"]
        assert await said(model) == "hello"


async def test_while_one_tries_after_a_pause_others_do_not_wait() -> None:
    hands = Hands()
    breaker = Breaker(hands)
    breaker.failed(away=10)
    hands.now += 31
    breaker.enter()
    with pytest.raises(RemoteFailed):
        breaker.enter()
    breaker.abandoned()
    breaker.enter()
    breaker.succeeded()
    breaker.enter()
    assert not breaker.is_open


async def test_embeddings_come_in_batches_and_in_order() -> None:
    texts = [f"text {n}" for n in range(150)]
    async with fake_model() as fake:
        embedder = RemoteEmbedder(fake.address, "embed-1", "the-key")
        vectors = await embedder.embed(texts)
        assert vectors.shape == (150, DIMENSIONS)
        assert embedder.dimensions == DIMENSIONS
        assert [len(body["input"]) for body in fake.asked] == [64, 64, 22]
        assert np.allclose(vectors[149], (await embedder.embed(["text 149"]))[0])
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        assert np.isfinite(await embedder.embed(["", "\0", "\ud800"])).all()
        assert np.allclose(await asyncio.to_thread(embedder.embed_now, ["text 149"]), vectors[149:], atol=1e-6)
        assert embedder.variant == f"{fake.address}#embed-1"


@pytest.mark.parametrize(
    "mood", ["hang", "drip", "nonsense", "not_json", "error", "busy", "refuse", "oversize", "redirect"]
)
async def test_a_bad_embedder_fails_within_its_time(mood: Mood, monkeypatch: pytest.MonkeyPatch) -> None:
    if mood in ("hang", "drip"):
        monkeypatch.setattr(openai_compatible, "QUESTION_SECONDS", 0.4)
    async with fake_model(moods=[mood], retry_after="3600") as fake:
        with pytest.raises(EngineFailed):
            await RemoteEmbedder(fake.address, "embed-1", "").embed(["hello"])


@pytest.mark.parametrize(
    "address",
    ["ftp://x/v1", "https://user:pass@host/v1", "https://host/v1?key=1", "https://", "host/v1", "file:///etc"],
)
def test_only_plain_addresses_are_taken(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        checked_address(address)
    with pytest.raises(EngineFailed):
        RemoteEmbedder(address, "m", "")


def test_an_embedder_at_an_address_needs_a_models_name() -> None:
    with pytest.raises(EngineFailed, match="TUGI_ENGINE_MODEL"):
        RemoteEmbedder("https://host/v1", "", "")
