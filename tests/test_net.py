"""The way out: which addresses are asked, whom we trust, what is never told, how long we wait."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from replay import Replay
from shahrnama.captures import CaptureStore, Taking
from shahrnama.client import Secret, Source
from shahrnama.errors import SourceError
from shahrnama.net.faults import FAULTS, Failed, Fault, locale_language
from shahrnama.net.guard import Guard, is_public
from shahrnama.net.transport import Limits, Transport

PORT = 9  # nobody listens there; a guard that lets it pass is told by another error


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "127.0.0.2", "0x7f000001", "2130706433", "0177.0.0.1", "0", "0.0.0.0", "localhost", "[::1]",
     "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[::]", "10.0.0.1", "172.16.0.1", "192.168.1.1",
     "169.254.169.254", "100.64.0.1", "[fe80::1]", "[fc00::1]", "[2002:7f00:1::]", "224.0.0.1", "255.255.255.255"],
)  # fmt: skip
def test_no_spelling_of_a_private_address_is_asked(host: str) -> None:
    transport = Transport(Guard(), Limits(connect_seconds=1, silent_seconds=1, total_seconds=2))
    with pytest.raises(Failed) as raised:
        transport.get(f"http://{host}:{PORT}/", {})
    assert raised.value.fault.kind == "address", raised.value.fault


@pytest.mark.parametrize(
    "url",
    ["file:///etc/hostname", "gopher://example.org/", "ftp://example.org/", "http://user@example.org/",
     "http://a:b@example.org/", "http://example.org\\@127.0.0.1/", "http:///path", "http://example.org:99999/",
     "http://exa mple.org/", "http://example.org/\nX: y", "example.org", ""],
)  # fmt: skip
def test_what_is_no_address_is_not_asked(url: str) -> None:
    with pytest.raises(Failed) as raised:
        Transport(Guard()).get(url, {})
    assert raised.value.fault.kind == "malformed"


@pytest.mark.parametrize(("address", "public"), [("8.8.8.8", True), ("2606:4700::1", True), ("64:ff9b::808:808", True),
                                                ("2002:808:808::", True), ("fe80::1%eth0", False)])  # fmt: skip
def test_public_addresses_are_told_from_others(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_an_allowance_names_a_host_or_one_port_of_it(replay: Replay) -> None:
    replay.say("x", b"[]")
    host = replay.url.split("/")[2]
    for allowed in ("127.0.0.1", host, host.upper()):
        assert Transport(Guard.of([allowed])).get(replay.url + "x", {}).body == b"[]"
    with pytest.raises(Failed):
        Transport(Guard.of(["127.0.0.1:1"])).get(replay.url + "x", {})


def test_a_name_that_turns_private_between_two_looks_is_not_followed(
    replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the address that was checked is the one that is connected to, and it is looked up once."""
    asked = []

    def resolve(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34" if len(asked) < 2 else "127.0.0.1", port))]

    connected: list[str] = []

    def connect(address: tuple[str, int], _: float) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError("not in a test")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Failed):
        Transport(Guard()).get("http://rebind.example/", {})
    assert connected == ["93.184.216.34"]


def source(replay_url: str, tmp_path: Path, secret: Secret, transport: Transport | None = None) -> Source:
    store = CaptureStore(tmp_path, "lamps")
    transport = transport or Transport(Guard.of(["127.0.0.1"]))
    return Source("lamps", replay_url, store, Taking(store, "s"), transport, secret, pause=lambda _: None)


def test_a_key_is_sent_and_never_told(replay: Replay, tmp_path: Path) -> None:
    replay.say("lamps.json", b"no", status=403)
    for secret in (Secret("s3cr3t/+", header="X-App-Token"), Secret("s3cr3t/+", parameter="api_key")):
        with pytest.raises(SourceError) as raised:
            source(replay.url, tmp_path, secret).get("lamps", "lamps.json")
        assert "s3cr3t" not in str(raised.value)
    told = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert "s3cr3t" not in told
    assert any("api_key=s3cr3t%2F%2B" in path for path, _ in replay.asked)


def test_a_next_page_on_another_host_is_not_asked(replay: Replay, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="names its next page elsewhere"):
        source(replay.url, tmp_path, Secret("")).get("lamps", "http://elsewhere.example/page2")


def test_messages_are_there_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in FAULTS:
        fault = Fault(kind, "42")
        assert "\n" not in fault.message("fa") + fault.message("en")
        assert any("آ" <= letter <= "ی" for letter in fault.message("fa"))
        assert fault.message("en").isascii()
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert locale_language() == "en"
    monkeypatch.setenv("LANG", "fa_IR.UTF-8")
    assert locale_language() == "fa"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert locale_language() == "en"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of our own for localhost, with its key in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    command = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
        "-addext", "subjectAltName=DNS:localhost", "-keyout", str(folder / "key.pem"), "-out", str(folder / "ca.pem"),
    ]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("openssl is not installed; this test makes a certificate with it")
    return folder


@pytest.fixture
def secure(certificate: Path) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "ca.pem", certificate / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"https://localhost:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


def test_an_unknown_certificate_is_refused_unless_the_dataset_brings_its_issuer(secure: str, certificate: Path) -> None:
    guard = Guard.of(["localhost"])
    with pytest.raises(Failed) as raised:
        Transport(guard).get(secure, {})
    assert raised.value.fault.kind == "tls"
    assert "ca.pem" in raised.value.fault.message("en")
    assert Transport(guard, ca_file=certificate / "ca.pem").get(secure, {}).body == b"[]"


def test_a_step_from_https_to_http_is_not_followed() -> None:
    from shahrnama.net.transport import _next

    with pytest.raises(Failed):
        _next("https://example.org/a", "http://example.org/a")
    assert _next("http://example.org/a", "/b") == "http://example.org/b"


def test_the_deadline_holds_however_slowly_the_head_comes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"y" * 200:
                    if ended.wait(0.05):
                        return
                    try:
                        connection.send(bytes([byte]))
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        started = time.monotonic()
        limits = Limits(connect_seconds=2, silent_seconds=5, total_seconds=0.6)
        with pytest.raises(Failed) as raised:
            Transport(Guard.of(["127.0.0.1"]), limits).get(f"http://127.0.0.1:{listener.getsockname()[1]}/", {})
        assert raised.value.fault.kind == "late"
        assert time.monotonic() - started < 4
        ended.set()
        thread.join(timeout=5)
