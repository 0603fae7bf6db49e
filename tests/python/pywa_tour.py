"""A tour of the groups through pywa as it is published, against a sandbox in Graph's layout.

    pywa_tour.py BASE_URL

The people are played by the program named in WAGROUPS, on the state folder in WAGROUPS_CONFIG_DIR that the sandbox
serves as well. Fails at the first thing that is not as it should be.

Where pywa expects more of an answer than Meta's documents promise, the tour calls the methods of `wa.api`, which send
the same requests and give back the JSON as it came: it wants a `user_id` in every person, a `request_id` after an
approval or a rejection, and a list of groups that holds whole groups.
"""

import json
import os
import struct
import subprocess
import sys
import time

import httpx
from pywa import WhatsApp, errors
from pywa.types.groups import GroupJoinApprovalMode

NUMBER = "106540352242922"
SCOPED = "US.13491208655302741918"


def client(base_url: str, token: str = "sandbox") -> WhatsApp:
    """pywa knows one host; a session of one's own can be sent to another, once pywa has set it up."""
    session = httpx.Client(trust_env=False)
    wa = WhatsApp(phone_id=NUMBER, token=token, session=session, api_version="23.0")
    session.base_url = f"{base_url}/v23.0"
    return wa


def person(action: str, group_id: str, user: str) -> dict:
    """Somebody does something at WhatsApp's side."""
    command = [os.environ["WAGROUPS"], "sandbox", "user", action, group_id, user, "-o", "json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def until(what: str, condition):
    """Outcomes come a moment after their acceptance. Gives what the condition gave."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"it did not come about that {what}")


def same(found, expected):
    assert found == expected, f"{found!r} instead of {expected!r}"


def refused(error: type[errors.WhatsAppError], code: int, status: int, call):
    try:
        call()
    except error as refusal:
        same((refusal.code, refusal.status_code), (code, status))
        return
    raise AssertionError(f"it was not refused with {code}")


def jpeg(side: int) -> bytes:
    """The smallest thing that is a JPEG of the given size: start, frame header, end."""
    return b"\xff\xd8\xff\xc0\x00\x0b\x08" + struct.pack(">HH", side, side) + b"\x01\x01\x11\x00\xff\xd9"


def listed(wa: WhatsApp) -> dict[str, str]:
    """Every group, id by subject, page by page as pywa follows them: by the URL of the next."""
    groups, page = {}, wa.api.get_active_groups(NUMBER, pagination={"limit": "2"})
    while True:
        groups |= {group["subject"]: group["id"] for group in page["data"]["groups"]}
        following = page.get("paging", {}).get("next")
        if following is None:
            return groups
        page = wa.api._request(method="GET", endpoint=following)


def create(wa: WhatsApp) -> str:
    operation = wa.create_group(
        subject="  Made by pywa ",
        description="A group of another language",
        join_approval_mode=GroupJoinApprovalMode.APPROVAL_REQUIRED,
    )
    same(len(operation.request_id), 32)
    return until("the group is listed", lambda: listed(wa).get("Made by pywa"))


def read(wa: WhatsApp, group_id: str):
    group = wa.get_group(group_id)
    same((group.id, group.subject), (group_id, "Made by pywa"))
    same((group.description, group.suspended), ("A group of another language", False))
    same((group.participants, group.total_participant_count), ([], 0))
    same(group.join_approval_mode, GroupJoinApprovalMode.APPROVAL_REQUIRED)
    assert abs(group.creation_timestamp.timestamp() - time.time()) < 3600, group
    same(wa.api.get_group_info(group_id), {"messaging_product": "whatsapp", "id": group_id})
    refused(errors.GroupUnknown, 131041, 400, lambda: wa.get_group("Y2Fwaf"))


def links(wa: WhatsApp, group_id: str):
    link = wa.get_group_invite_link(group_id)
    assert link.link.startswith("https://chat.whatsapp.com/"), link
    fresh = link.reset()
    assert fresh.link != link.link, "the old link is still there"
    same(wa.get_group_invite_link(group_id), fresh)


def decide(wa: WhatsApp, group_id: str):
    same(list(wa.get_group_join_requests(group_id)), [])
    users = [f"1555010020{number}" for number in range(4)]
    asked = [person("request", group_id, f"+{user}")["join_request_id"] for user in users]
    first = wa.api.get_group_join_requests(group_id, pagination={"limit": "3"})
    same([request["join_request_id"] for request in first["data"]], asked[:3])
    same([request["wa_id"] for request in first["data"]], users[:3])
    rest = wa.api._request(method="GET", endpoint=first["paging"]["next"])
    same([request["join_request_id"] for request in rest["data"]], asked[3:])

    approved = wa.api.approve_group_join_requests(group_id, tuple(asked[:3]))
    same(approved, {"messaging_product": "whatsapp", "approved_join_requests": asked[:3]})
    rejected = wa.api.reject_group_join_requests(group_id, (asked[3],))
    same(rejected, {"messaging_product": "whatsapp", "rejected_join_requests": [asked[3]]})
    again = lambda: wa.api.approve_group_join_requests(group_id, (asked[0],))
    refused(errors.GroupJoinRequestDoesNotExist, 131213, 400, again)
    same(inside(wa, group_id), users[:3])


def inside(wa: WhatsApp, group_id: str) -> list[str]:
    group = wa.api.get_group_info(group_id, fields=("participants", "total_participant_count"))
    same(len(group["participants"]), group["total_participant_count"])
    return [participant["wa_id"] for participant in group["participants"]]


def remove(wa: WhatsApp, group_id: str):
    # pywa sends the second one as a user_id, and nobody in the group has it: that one fails in the outcome.
    operation = wa.remove_group_participants(group_id, ["15550100200", SCOPED])
    same(len(operation.request_id), 32)
    until("one is removed", lambda: inside(wa, group_id) == ["15550100201", "15550100202"])
    wa.remove_group_participants(group_id, ["15550100201", "15550100202"])
    until("everybody is removed", lambda: inside(wa, group_id) == [])
    nobody = lambda: wa.remove_group_participants(group_id, [SCOPED])
    refused(errors.GroupParticipantNotInGroup, 131212, 400, nobody)


def update(wa: WhatsApp, group_id: str):
    # A multipart form in either case, in the first one of texts alone.
    wa.update_group_settings(group_id, subject="Renamed by pywa", profile_picture=None)
    until("it has another subject", lambda: wa.get_group(group_id).subject == "Renamed by pywa")
    wa.update_group_settings(group_id, description="With a picture", profile_picture=jpeg(640))
    until("it has another description", lambda: wa.get_group(group_id).description == "With a picture")
    small = lambda: wa.update_group_settings(group_id, profile_picture=jpeg(100))
    refused(errors.GroupImageTooSmall, 131210, 400, small)


def delete(wa: WhatsApp, group_id: str):
    same(len(wa.delete_group(group_id).request_id), 32)
    until("it is no longer listed", lambda: "Renamed by pywa" not in listed(wa))
    refused(errors.GroupUnknown, 131041, 400, lambda: wa.delete_group(group_id))


def main():
    base_url = sys.argv[1]
    refused(errors.WhatsAppError, 190, 401, lambda: listed(client(base_url, token="another")))
    wa = client(base_url)
    group_id = create(wa)
    for step in (read, links, decide, remove, update, delete):
        step(wa, group_id)
        print(f"{step.__name__}: as it should be")


if __name__ == "__main__":
    main()
