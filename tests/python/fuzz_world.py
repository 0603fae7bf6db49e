"""Fills a sandbox with groups, participants and open join requests, and writes their ids down for a fuzzer.

    fuzz_world.py BASE_URL FOLDER

The people are played by the program named in WAGROUPS, on the state folder in WAGROUPS_CONFIG_DIR that the sandbox
serves as well. The dictionaries in FOLDER are read by schemathesis.toml.
"""

import os
import pathlib
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

GROUPS = 60
USERS = ["15550100210", "15550100211", "15550100212"]
WHATSAPP = {"messaging_product": "whatsapp"}


def listed(api: httpx.Client) -> list[str]:
    groups = api.get("/groups", params={"limit": 1024}).raise_for_status().json()["data"]["groups"]
    return [group["id"] for group in groups if group["subject"].startswith("Fuzzed")]


def populate(api: httpx.Client, group_id: str) -> list[str]:
    """Three people ask, one of them is let in. Gives the ids of the requests that stay open."""
    for user in USERS:
        command = [os.environ["WAGROUPS"], "sandbox", "user", "request", group_id, user]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    path = f"/groups/{group_id}/join_requests"
    requests = [request["join_request_id"] for request in api.get(path).raise_for_status().json()["data"]]
    api.post(path, json=WHATSAPP | {"join_requests": requests[:1]}).raise_for_status()
    return requests[1:]


def dictionary(folder: pathlib.Path, name: str, values: list[str]):
    lines = "".join(f'"{value}"\n' for value in values)
    (folder / f"{name}.dict").write_text(lines, encoding="utf-8")


def main():
    base_url, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    with httpx.Client(base_url=base_url, headers={"D360-API-KEY": "sandbox"}, trust_env=False) as api:
        for number in range(GROUPS):
            group = {"subject": f"Fuzzed {number}", "join_approval_mode": "approval_required"}
            api.post("/groups", json=WHATSAPP | group).raise_for_status()
        deadline = time.monotonic() + 30
        while len(groups := listed(api)) < GROUPS:
            assert time.monotonic() < deadline, f"only {len(groups)} groups have come about"
            time.sleep(0.05)
        with ThreadPoolExecutor(max_workers=4) as pool:
            requests = [request for open in pool.map(lambda group: populate(api, group), groups) for request in open]
    dictionary(folder, "group_ids", groups)
    dictionary(folder, "join_request_ids", requests)
    dictionary(folder, "users", USERS)


if __name__ == "__main__":
    main()
