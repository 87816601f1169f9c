"""What the release is made of: every package by hash, every action by commit, and no right that is not needed."""

import re
import tomllib
from typing import Any

import pytest
import yaml
from conftest import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
WORKFLOWS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml")}
# What a job may do, and the one action or command that needs it.
RIGHTS = {
    "pages": "actions/deploy-pages",
    "id-token": "actions/deploy-pages",
    "contents": "git push origin",
    "pull-requests": "gh pr create",
}


def test_every_package_of_the_lock_has_hashes_and_no_place() -> None:
    entries = [entry for entry in re.split(r"(?<!\\)\n", LOCK) if entry.strip() and not entry.lstrip().startswith("#")]
    good = re.compile(r"[a-z0-9-]+==[0-9][^\s;\\]*( ; [^\\]+?)?( \\\n\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [entry for entry in entries if not good.fullmatch(entry)] == []
    assert len(entries) > 100


def test_the_lock_has_every_package_that_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["dev"], *extras["cluster"], *extras["lab"]]
    names = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower().replace("_", "-") for line in wanted}
    assert names - set(re.findall(r"^([a-z0-9-]+)==", LOCK, re.MULTILINE)) == {"na-report"}, "the project's own extra"


def workflow_faults(workflow: dict[str, Any]) -> list[str]:
    """Returns where a workflow trusts what can be moved, or may do more than it needs."""
    faults = ["permissions"] if workflow.get("permissions") != {"contents": "read"} else []
    faults += (
        ["pull_request_target"] if "pull_request_target" in str(workflow.get(True)) else []
    )  # YAML 1.1: `on` is true
    for name, job in workflow["jobs"].items():
        used = [step["uses"] for step in job["steps"] if "uses" in step]
        said = [step.get("run", "") for step in job["steps"]]
        done = [*used, *(line.strip() for text in said for line in text.splitlines())]
        faults += [use for use in used if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", use)]
        for right, level in job.get("permissions", {}).items():
            if level != "read" and not any(RIGHTS.get(right, "\n") in each for each in done):
                faults.append(f"{name}: {right}")
        if "timeout-minutes" not in job and any(said):
            faults.append(f"{name}: no limit of time")
        for step in job["steps"]:
            checks_out = step.get("uses", "").startswith("actions/checkout")
            if checks_out and step["with"].get("persist-credentials") is not False:
                faults.append(f"{name}: keeps its key")
        if any(re.search(r"\$\{\{\s*(github\.event|github\.head_ref|inputs)", text) for text in said):
            faults.append(f"{name}: runs what others write")
    return faults


@pytest.mark.parametrize("text", WORKFLOWS.values(), ids=WORKFLOWS)
def test_a_workflow_trusts_nothing_that_can_be_moved_and_may_do_little(text: str) -> None:
    assert workflow_faults(yaml.safe_load(text)) == []
    unnamed = [line for line in text.splitlines() if "uses:" in line and not re.search(r"# v\d", line)]
    assert unnamed == [], "say which version that commit is"


def test_a_loose_workflow_is_seen() -> None:
    job = "permissions: {contents: write}, steps: [{uses: actions/x@v4}, {run: '${{ github.event.x }}'}]"
    found = workflow_faults(yaml.safe_load(f"permissions: {{contents: read}}\njobs: {{a: {{{job}}}}}"))
    assert found == ["actions/x@v4", "a: contents", "a: no limit of time", "a: runs what others write"]


def test_what_changes_outside_is_watched_and_a_release_brings_its_archive_and_bill() -> None:
    news = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))
    assert {entry["package-ecosystem"] for entry in news["updates"]} == {"github-actions", "pip"}
    assert "schedule:" in WORKFLOWS["audit.yml"]
    assert "pip-audit --requirement requirements.lock" in WORKFLOWS["audit.yml"]
    for said in ("make archive sbom", "path: _build/sbom.cdx.json", "na-report-*.zip"):
        assert said in WORKFLOWS["publish.yml"]
