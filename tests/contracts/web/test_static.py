"""Only the files that were there at the start are served, as what the table says they are."""

from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.fakes.web_server import StartServer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>robo_trader</title>")
    (static / "assets" / "main-a1b2c3.js").write_text("export {}")
    (static / "assets" / "main-a1b2c3.css").write_text("body{}")
    (static / "icon.svg").write_text("<svg/>")
    (static / "unknown.exe").write_text("x")
    (tmp_path / "secret.txt").write_text("secret")
    (static / "link.txt").symlink_to(tmp_path / "secret.txt")
    return static


def test_each_file_has_its_type_and_its_caching(start: StartServer, folder: Path) -> None:
    server = start(static_folder=folder)
    immutable = "public, max-age=31536000, immutable"
    expected = {
        "/": ("text/html; charset=utf-8", "no-cache"),
        "/index.html": ("text/html; charset=utf-8", "no-cache"),
        "/icon.svg": ("image/svg+xml", "no-cache"),
        "/assets/main-a1b2c3.js": ("text/javascript; charset=utf-8", immutable),
        "/assets/main-a1b2c3.css": ("text/css; charset=utf-8", immutable),
    }
    with server.visitor() as client:
        for path, (media_type, caching) in expected.items():
            answer = client.get(path)
            assert answer.status_code == 200
            assert answer.headers["content-type"] == media_type
            assert answer.headers["cache-control"] == caching
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert client.head(path).headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/..\\secret.txt",
        "//etc/passwd",
        "/assets/",
        "/assets",
        "/link.txt",
        "/unknown.exe",
        "/index.html%00.js",
        quote("/é"),
    ],
)
def test_no_path_leads_out_of_the_list(start: StartServer, folder: Path, path: str) -> None:
    server = start(static_folder=folder)
    with server.visitor() as client:
        answer = client.send(_unnormalised(server.origin, path))
    assert answer.status_code in {403, 404}
    assert "secret" not in answer.text


def _unnormalised(origin: str, path: str) -> httpx.Request:
    request = httpx.Request("GET", origin + "/")
    request.extensions["target"] = path.encode()
    return request


def test_a_file_that_comes_later_is_not_served(start: StartServer, folder: Path) -> None:
    server = start(static_folder=folder)
    (folder / "late.txt").write_text("late")
    with server.visitor() as client:
        assert client.get("/late.txt").status_code == 404


def test_a_dashboard_that_is_not_built_says_how_to_build_it_and_the_api_works(start: StartServer) -> None:
    server = start()
    with server.member() as client:
        answer = client.get("/")
        assert answer.status_code == 503
        assert answer.headers["content-type"].startswith("text/plain")
        assert "pip install -e ." in answer.text
        assert "npm registry" in answer.text
        assert client.get("/api/v1/session").json()["assets"] is None


def test_the_version_changes_with_the_content(start: StartServer, folder: Path) -> None:
    versions = []
    for text in ("one", "one", "two"):
        (folder / "index.html").write_text(text)
        server = start(static_folder=folder)
        with server.member() as client:
            versions.append(client.get("/api/v1/session").json()["assets"])
    assert versions[0] == versions[1] != versions[2]
