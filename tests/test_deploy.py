"""The files for whoever runs the site: nginx and systemd take them as they are, and what they name is there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[1] / "deploy"
NGINX = (DEPLOY / "nginx" / "shahrnama.conf").read_text(encoding="utf-8")
UNITS = sorted((DEPLOY / "systemd").iterdir())


@pytest.mark.skipif(not (shutil.which("nginx") and shutil.which("openssl")), reason="nginx or openssl is not installed")
def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    named = ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=data.example.org"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *named], check=True, capture_output=True
    )
    text = NGINX.replace("/etc/letsencrypt/live/data.example.org", str(tmp_path))
    text = text.replace("/var/cache/nginx", str(tmp_path))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
    main = f"pid {tmp_path}/pid; error_log stderr;\nevents {{ }}\nhttp {{\naccess_log off;\n{paths}{text}\n}}\n"
    (tmp_path / "nginx.conf").write_text(main, encoding="utf-8")
    told = subprocess.run(["nginx", "-t", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert "[emerg]" not in told.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = re.sub("^ExecStart=[^ ]+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")  # the programs are not where they will be
    paths = [str(tmp_path / unit.name) for unit in UNITS]
    told = subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")


def test_the_containers_name_files_and_stages_that_are_there() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    stages = set(re.findall(r"^FROM \S+ AS (\w+)", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE))
    built = [service["build"] for service in services.values() if "build" in service]
    assert {build["target"] for build in built} < stages
    assert all((DEPLOY / build["context"] / build["dockerfile"]).is_file() for build in built)
    mounted = [volume.split(":")[0] for service in services.values() for volume in service["volumes"]]
    assert all((DEPLOY / place).is_file() for place in mounted if place.startswith("."))
