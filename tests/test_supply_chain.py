"""What the release is made of: every package by hash, every action by commit, and no right that is not needed."""

import re
import tomllib

import yaml
from conftest import ROOT

WORKFLOWS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml")}
# What a job may do, and the one action or command that needs it.
RIGHTS = {
    "pages": "actions/deploy-pages",
    "id-token": "actions/deploy-pages",
    "contents": "git push origin",
    "pull-requests": "gh pr create",
}


def test_the_lock_has_every_package_that_the_project_names_each_with_hashes_and_no_place() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"(?<!\\)\n", lock) if entry.strip() and not entry.lstrip().startswith("#")]
    good = re.compile(r"[a-z0-9-]+==[0-9][^\s;\\]*( ; [^\\]+?)?( \\\n\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [entry for entry in entries if not good.fullmatch(entry)] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    names = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower().replace("_", "-") for line in wanted}
    assert names - {entry.partition("==")[0] for entry in entries} == {"na-report"}, "the project's own extra"


def workflow_faults(text: str) -> list[str]:
    """Returns where a workflow trusts what can be moved, or may do more than it needs."""
    workflow = yaml.safe_load(text)
    faults = ["permissions"] if workflow.get("permissions") != {"contents": "read"} else []
    faults += ["pull_request_target"] if "pull_request_target" in text else []
    faults += [f"no version: {line}" for line in text.splitlines() if "uses:" in line and not re.search(r"# v\d", line)]
    for name, job in workflow["jobs"].items():
        used = [step["uses"] for step in job["steps"] if "uses" in step]
        said = "\n".join(step.get("run", "") for step in job["steps"])
        faults += [use for use in used if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", use)]
        for right, level in job.get("permissions", {}).items():
            if level != "read" and RIGHTS.get(right, "\0") not in "\n".join([*used, said]):
                faults.append(f"{name}: {right}")
        if "timeout-minutes" not in job and said.strip():
            faults.append(f"{name}: no limit of time")
        for step in job["steps"]:
            checks_out = step.get("uses", "").startswith("actions/checkout")
            if checks_out and step["with"].get("persist-credentials") is not False:
                faults.append(f"{name}: keeps its key")
        if re.search(r"\$\{\{\s*(github\.event|github\.head_ref|inputs)", said):
            faults.append(f"{name}: runs what others write")
    return faults


def test_a_workflow_trusts_nothing_that_can_be_moved_and_may_do_little() -> None:
    assert {name: found for name, text in WORKFLOWS.items() if (found := workflow_faults(text))} == {}
    job = "permissions: {contents: write}, steps: [{run: '${{ github.event.x }}'},\n{uses: actions/x@v4}]"
    found = workflow_faults(f"permissions: {{contents: read}}\njobs: {{a: {{{job}}}}}")
    faults = ["actions/x@v4", "a: contents", "a: no limit of time", "a: runs what others write"]
    assert found == ["no version: {uses: actions/x@v4}]}}", *faults]


def test_what_changes_outside_is_watched_and_a_release_brings_its_archive_and_bill() -> None:
    news = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))
    assert {entry["package-ecosystem"] for entry in news["updates"]} == {"github-actions", "pip"}
    for said in ("schedule:", "pip-audit --requirement requirements.lock"):
        assert said in WORKFLOWS["audit.yml"]
    for said in ("make archive sbom", "path: _build/sbom.cdx.json", "na-report-*.zip"):
        assert said in WORKFLOWS["publish.yml"]
