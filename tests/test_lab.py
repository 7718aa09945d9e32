"""`make lab`: JupyterLab on the notebooks, on loopback only, over a home that has a run."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tests.conftest import ROOT


def stub(folder: Path, name: str, script: str) -> None:
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def lab_with_stubs(folder: Path, home: Path) -> list[str]:
    """What the script calls, one line each, with the home it calls it for. The project is a copy in `folder`."""
    (folder / "scripts").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "scripts" / "lab", folder / "scripts" / "lab")
    stub(
        folder, "renewals", f'echo "renewals $* in $PWD" >> {folder}/calls; mkdir -p data/demo; touch data/demo/current'
    )
    stub(folder, "jupyter", f'echo "jupyter $* in $RENEWALS_HOME" >> {folder}/calls')
    subprocess.run(
        ["sh", folder / "scripts" / "lab", folder, "--no-browser"],
        env={**os.environ, "RENEWALS_HOME": str(home)},
        check=True,
        timeout=60,
    )
    calls = (folder / "calls").read_text().splitlines()
    (folder / "calls").unlink()
    return calls


def free_port() -> int:
    with socket.socket() as open_for_a_moment:
        open_for_a_moment.bind(("127.0.0.1", 0))
        return int(open_for_a_moment.getsockname()[1])


def test_without_a_run_the_demos_home_is_read_and_made_once_and_with_one_it_is_not(tmp_path, sample_home):
    project, empty = tmp_path / "project", tmp_path / "home"
    jupyter = f"jupyter lab --ip=127.0.0.1 --notebook-dir={project}/notebooks --no-browser in"
    demo = project / "data" / "demo"
    assert lab_with_stubs(project, sample_home) == [f"{jupyter} {sample_home}"]
    assert lab_with_stubs(project, empty) == [f"renewals demo in {project}", f"{jupyter} {demo}"]
    assert lab_with_stubs(project, empty) == [f"{jupyter} {demo}"]
    # The home that was named is left alone.
    assert not empty.exists()


def test_it_listens_on_loopback_and_opens_python_files_as_notebooks(tmp_path, sample_home):
    own = {name: str(tmp_path) for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTERLAB_SETTINGS_DIR")}
    server = subprocess.Popen(
        [
            "sh",
            ROOT / "scripts/lab",
            sys.prefix,
            "--no-browser",
            "--allow-root",
            "--port=0",
            "--IdentityProvider.token=t",
        ],
        env={**os.environ, **own, "RENEWALS_HOME": str(sample_home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        address = next(found[0] for line in server.stderr if (found := re.search(r"http://[^/]*:\d+/", line)))
        assert address.startswith("http://127.0.0.1:")

        def ask(path: str) -> dict:
            request = urllib.request.Request(address + path, headers={"Authorization": "token t"})
            while True:
                try:
                    with urllib.request.urlopen(request, timeout=60) as answer:
                        return json.load(answer)
                except urllib.error.URLError as error:
                    # The address is said a moment before it is listened on.
                    if not isinstance(error.reason, ConnectionRefusedError) or server.poll() is not None:
                        raise

        notebook = ask("api/contents/explore_renewals.py?type=notebook&content=1")
        assert notebook["type"] == "notebook"
        assert notebook["content"]["cells"][0]["cell_type"] == "markdown"
        viewers = ask("lab/api/settings/@jupyterlab/docmanager-extension:plugin")["schema"]["properties"][
            "defaultViewers"
        ]
        assert viewers["default"] == {"python": "Jupytext Notebook"}
        news = ask("lab/api/settings/@jupyterlab/apputils-extension:notification")["schema"]["properties"]
        assert (news["fetchNews"]["default"], news["checkForUpdates"]["default"]) == ("false", False)
    finally:
        server.terminate()
        server.communicate(timeout=60)
