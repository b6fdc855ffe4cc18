"""Carries out the Dockerfile without a container engine: each step in a Debian made by debootstrap.

    sudo python deploy/run_dockerfile.py FOLDER [--keep-base] [--models DIR]

FROM becomes debootstrap's smallest Debian of the same release, RUN a chroot, COPY a copy of what git tracks less
what `.dockerignore` leaves out. Then ENTRYPOINT runs as USER with everything but /data and /tmp read-only, and
HEALTHCHECK's command, a report and a question are tried on it. Needs root, debootstrap and unshare; what pip and apt
are set to use here is handed in. Says how long each step took; any failure ends with a non-zero code.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASE = "bookworm"
HANDED_IN = re.compile(r"(PIP_|SSL_|REQUESTS_CA|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY)")
AUTHORITIES = "/etc/handed-in.crt"
PORT = 7899
KEY = "only-for-this-try"


def instructions(text: str) -> list[tuple[str, str]]:
    """(instruction, rest) with continued lines joined and comments left out."""
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", text))
    return [(line.split()[0], line.split(None, 1)[1]) for line in joined.splitlines() if line.strip()]


def left_out(path: str) -> bool:
    """Whether `.dockerignore` keeps a path out; the last rule that fits decides."""
    out = False
    for rule in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        rule = rule.strip()
        if not rule or rule.startswith("#"):
            continue
        pattern = rule.removeprefix("!").removeprefix("**/")
        fits = fnmatch(path, pattern) or path.startswith(f"{pattern}/") or pattern in path.split("/")
        if fits:
            out = not rule.startswith("!")
    return out


class Machine:
    """One stage: its root folder, variables and working directory."""

    def __init__(self, base: Path, root: Path) -> None:
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["cp", "-a", str(base), str(root)], check=True)
        self.root, self.directory = root, "/"
        self.variables = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
        }
        self.user, self.entry, self.health = "0:0", [], []

    def inside(self, path: str) -> Path:
        return self.root / (path if path.startswith("/") else f"{self.directory}/{path}").lstrip("/")

    def run(self, command: str) -> None:
        handed = {name: value for name, value in os.environ.items() if HANDED_IN.match(name)}
        if (self.root / AUTHORITIES.lstrip("/")).is_file():
            # This machine's own authorities, which ca-certificates would overwrite at the usual place.
            handed |= dict.fromkeys(("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), AUTHORITIES)
        mounts = [f"mount -t proc proc {self.root}/proc"]
        for path in (
            "/opt/wheels",
            "/opt/pypi",
            "/opt/pypi-more",
            "/etc/xdg/pip",
            "/root/.config/pip",
            "/root/.cache/pip",
        ):
            if Path(path).is_dir():
                (self.root / path.lstrip("/")).mkdir(parents=True, exist_ok=True)
                mounts.append(f"mount --bind {path} {self.root}{path}")
        inner = f"cd {self.directory} && {command}"
        script = " && ".join(
            [*mounts, f"exec chroot {self.root} /bin/bash -euo pipefail -c {shlex.quote(inner)}"]
        )
        subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script],
            check=True,
            env={**handed, **self.variables},
        )

    def copy(self, sources: list[str], target: str) -> None:
        """COPY from the checkout: files that git knows and `.dockerignore` lets through."""
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", *sources],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        for name in listed:
            if left_out(name):
                continue
            within = next(
                (name[len(one) + 1 :] for one in sources if name.startswith(f"{one}/")), Path(name).name
            )
            place = self.inside(target)
            place = (
                place / within if target.endswith("/") or len(sources) > 1 or name not in sources else place
            )
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place)


def build(folder: Path, keep_base: bool) -> Machine:
    base = folder / "base"
    if not (keep_base and base.is_dir()):
        shutil.rmtree(base, ignore_errors=True)
        subprocess.run(
            ["debootstrap", "--variant=minbase", RELEASE, str(base)], check=True, stdout=subprocess.DEVNULL
        )
        for name in ("etc/apt/sources.list", "etc/apt/apt.conf.d"):
            source = Path("/") / name
            if source.is_dir():
                shutil.copytree(source, base / name, dirs_exist_ok=True)
        shutil.copy("/etc/resolv.conf", base / "etc/resolv.conf")
        certificates = Path("/etc/ssl/certs/ca-certificates.crt")
        if certificates.is_file():
            shutil.copy(certificates, base / AUTHORITIES.lstrip("/"))
    stages: dict[str, Machine] = {}
    machine: Machine | None = None
    for what, rest in instructions((ROOT / "Dockerfile").read_text(encoding="utf-8")):
        began = time.monotonic()
        if what == "FROM":
            name = rest.split(" AS ")[1].strip() if " AS " in rest else "final"
            machine = stages[name] = Machine(base, folder / name)
            continue
        assert machine is not None
        if what == "RUN":
            machine.run(rest)
        elif what == "COPY" and rest.startswith("--from="):
            name, source, target = rest.removeprefix("--from=").split()
            machine.inside(target).parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(
                ["cp", "-a", str(stages[name].inside(source)), str(machine.inside(target))], check=True
            )
        elif what == "COPY":
            *sources, target = rest.split()
            machine.copy(sources, target if target != "./" else f"{machine.directory}/")
        elif what == "WORKDIR":
            machine.directory = rest
            machine.inside(".").mkdir(parents=True, exist_ok=True)
        elif what == "ENV":
            machine.variables |= dict(part.split("=", 1) for part in shlex.split(rest))
        elif what == "USER":
            machine.user = rest
        elif what == "ENTRYPOINT":
            machine.entry = json.loads(rest)
        elif what == "HEALTHCHECK":
            machine.health = json.loads(rest[rest.index("[") :])
        if what in ("RUN", "COPY"):
            print(f"{time.monotonic() - began:6.0f} s  {what} {rest[:90]}", flush=True)
    assert machine is not None
    return machine


def serve(machine: Machine, models: Path | None) -> None:
    """Runs the entry point read-only as its user, and asks it something."""
    user, group = machine.user.split(":")
    data = machine.inside("/data")
    if models is not None:
        shutil.copytree(models, data / "models", dirs_exist_ok=True)
    subprocess.run(["chown", "-R", machine.user, str(data)], check=True)
    mounts = [
        f"mount --bind {machine.root} {machine.root}", f"mount -o remount,bind,ro {machine.root}",
        f"mount -t proc proc {machine.root}/proc", f"mount -t tmpfs tmpfs {machine.root}/tmp",
        f"mount --bind {data} {data}", f"mount -o remount,bind,rw {data}",
        f"mount -t tmpfs tmpfs {machine.root}/dev", f"mknod -m 666 {machine.root}/dev/null c 1 3",
        f"mknod -m 666 {machine.root}/dev/urandom c 1 9",
    ]  # fmt: skip
    command = shlex.join([*machine.entry, "--host", "0.0.0.0", "--port", str(PORT)])
    inner = f"cd {machine.directory} && ! touch /opt/wenbao/written 2>/dev/null && exec {command}"
    script = " && ".join(
        [*mounts, f"exec chroot --userspec={user}:{group} {machine.root} /bin/bash -c {shlex.quote(inner)}"]
    )
    variables = machine.variables | {"WENBAO_API_KEY": KEY}
    process = subprocess.Popen(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script], env=variables
    )
    try:
        began = time.monotonic()
        health = shlex.join(machine.health).replace("7860", str(PORT))
        while True:
            assert process.poll() is None, f"the server ended with {process.returncode}"
            done = subprocess.run(
                ["chroot", f"--userspec={user}:{group}", str(machine.root), "/bin/bash", "-c", f"cd {machine.directory} && {health}"],
                capture_output=True, env=machine.variables,
            )  # fmt: skip
            if done.returncode == 0:
                break
            assert time.monotonic() - began < 600, done.stderr
            time.sleep(2)
        print(f"{time.monotonic() - began:6.0f} s  healthy", flush=True)
        page = call("GET", "/", None)
        print(f"        page: {len(page)} bytes", flush=True)
        report = "# 银杏市2023年公报\n\n2023年银杏市地区生产总值812.5亿元，比上年增长6.6%。\n"
        print(f"        {call('POST', '/v1/reports', report)[:120]}")
        answer = json.loads(
            call("POST", "/v1/ask", json.dumps({"question": "2023年银杏市地区生产总值是多少？"}))
        )
        print(f"        {answer['answer']}")
        assert "812.5亿元" in answer["answer"] and answer["citations"]
        began = time.monotonic()
        subprocess.run(["pkill", "-TERM", "-P", str(process.pid)], check=False)
        process.wait(timeout=30)
        print(f"{time.monotonic() - began:6.1f} s  to stop")
    finally:
        process.kill()


def call(method: str, path: str, body: str | None) -> str:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    data = body.encode() if body is not None else None
    if path == "/v1/reports":
        headers["Content-Type"] = "multipart/form-data; boundary=x"
        data = (
            '--x\r\nContent-Disposition: form-data; name="files"; filename="ginkgo.md"\r\n\r\n'
            f"{body}\r\n--x--\r\n"
        ).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=300) as response:
        return str(response.read().decode())


def main() -> int:
    parser = argparse.ArgumentParser(description="The Dockerfile without a container engine.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep-base", action="store_true", help="use the Debian that an earlier run made")
    parser.add_argument(
        "--models", type=Path, metavar="DIR", help="models that are there already, to save the fetch"
    )
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    serve(build(options.folder.resolve(), options.keep_base), options.models)
    return 0


if __name__ == "__main__":
    sys.exit(main())
