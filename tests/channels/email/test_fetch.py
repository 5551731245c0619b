"""Whatever an address leads to, Tugi goes nowhere else and takes no more than it can bear."""

from collections.abc import Sequence

import pytest

from fakes.web_server import STUCK, moved, page, serving
from tugi.channels.email.connecting import fetch as fetching
from tugi.channels.email.connecting.fetch import NotFetched, fetch
from tugi.core.safe_addresses import Guard, private_hosts

LOCAL = Guard(private_hosts("127.0.0.1"))


def names(**known: Sequence[str]) -> Guard:
    """A guard that may call 127.0.0.1 and knows these names."""
    return Guard(private_hosts("127.0.0.1"), lambda name: known[name.replace(".", "_")])


async def test_a_page_is_fetched_with_its_host_named() -> None:
    async with serving({"/a": page(b"hello")}) as web:
        url = f"http://shop.example:{web.port}/a?x=1#part"
        assert await fetch(names(shop_example=["127.0.0.1"]), url) == b"hello"
    assert web.asked == ["/a?x=1"]
    assert web.hosts == [f"shop.example:{web.port}"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:22/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.1.:80/",
        "http://127。0。0。1/",
        "http://localhost/",
        "http://user@93.184.215.14/",
        "http://user:pass@93.184.215.14/",
        "http://93.184.215.14:25/",
        "http://93.184.215.14:6379/",
        "http://93.184.215.14:99999/",
        "http://[v1.x]/",
        "http://[::1/",
        "https:///path",
        "gopher://93.184.215.14/",
        "file:///etc/passwd",
        "ftp://93.184.215.14/",
        "dict://93.184.215.14:11211/",
        "//93.184.215.14/",
        "93.184.215.14",
        "http://93.184.215.14/\r\nX: y",
        "",
    ],
)
async def test_addresses_that_lead_astray_are_refused(url: str) -> None:
    with pytest.raises(NotFetched):
        await fetch(Guard(resolver=lambda _name: ["127.0.0.1"]), url)


async def test_a_redirect_is_judged_like_the_first_address() -> None:
    guard = names(public_example=["127.0.0.1"], inside_example=["10.0.0.1"])
    for target in ("http://10.0.0.1/", "http://inside.example/", "http://[::1]/", "file:///etc/passwd", "", "http://["):
        async with serving({"/": moved(target)}) as web:
            with pytest.raises(NotFetched):
                await fetch(guard, f"http://public.example:{web.port}/")
        assert web.asked == ["/"], target


async def test_three_redirects_are_followed_and_a_fourth_is_not() -> None:
    answers = {"/1": moved("/2"), "/2": moved("3", "301 Moved"), "/3": moved("/4", "308 Moved"), "/4": page(b"here")}
    async with serving(answers) as web:
        assert await fetch(LOCAL, f"http://127.0.0.1:{web.port}/1") == b"here"
    async with serving({**answers, "/4": moved("/5"), "/5": page(b"too far")}) as web:
        with pytest.raises(NotFetched, match="too often"):
            await fetch(LOCAL, f"http://127.0.0.1:{web.port}/1")
    assert web.asked == ["/1", "/2", "/3", "/4"]


async def test_a_name_that_changes_its_address_gains_nothing() -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    guard = Guard(private_hosts("127.0.0.1"), lambda _name: next(answers))
    async with serving({"/": moved("/again"), "/again": page(b"rebound")}) as web:
        with pytest.raises(NotFetched, match="may not be called"):
            await fetch(guard, f"http://rebinding.example:{web.port}/")
    assert web.asked == ["/"]


async def test_too_much_too_slow_and_compressed_answers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + (b"fff\r\n" + b"x" * 4095 + b"\r\n") * 40
    answers = {
        "/large": page(b"x" * 2_000),
        "/endless": endless,
        "/bomb": page(b"\x1f\x8b", "content-encoding: gzip"),
        "/html": page(b"<html>", "content-type: text/html; charset=utf-8"),
        "/broken": b"HTTP/1.1 2",
        "/short": b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhi",
        "/missing": page(b"", status="404 Not Found"),
    }
    async with serving(answers) as web:
        for path in answers:
            with pytest.raises(NotFetched):
                await fetch(LOCAL, f"http://127.0.0.1:{web.port}{path}", types=("text/xml", ""), largest=1_000)
    monkeypatch.setattr(fetching, "SECONDS", 0.1)
    async with serving({STUCK: b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhi"}) as web:
        with pytest.raises(NotFetched, match="in time"):
            await fetch(LOCAL, f"http://127.0.0.1:{web.port}{STUCK}")
