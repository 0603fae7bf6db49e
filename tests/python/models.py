"""Generates pydantic models from spec/groups.yaml and parses every documented example with the class it belongs to.

A failed delete has to be read as a failure, and no class may drop a member. Run by `cargo xtask interop`.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

SPEC = Path(__file__).resolve().parents[2] / "spec"
# Class of the event by its type; a receiver branches on this class and on `errors`.
EVENTS = {
    "group_create": "GroupCreateEvent",
    "group_delete": "GroupDeleteEvent",
    "group_participants_add": "ParticipantsAddEvent",
    "group_participants_remove": "ParticipantsRemoveEvent",
    "group_join_request_created": "JoinRequestCreated",
    "group_join_request_revoked": "JoinRequestRevoked",
    "group_settings_update": "GroupSettingsEvent",
    "group_suspend": "GroupStatusEvent",
    "group_suspend_cleared": "GroupStatusEvent",
}


def generate(folder):
    """The generated module."""
    module = Path(folder) / "groups_models.py"
    command = [sys.executable, "-m", "datamodel_code_generator", "--input", str(SPEC / "groups.yaml")]
    options = ["--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel", "--formatters", "builtin"]
    subprocess.run([*command, *options, "--disable-timestamp", "--output", str(module)], check=True)
    spec = importlib.util.spec_from_file_location(module.stem, module)
    models = importlib.util.module_from_spec(spec)
    sys.modules[module.stem] = models
    spec.loader.exec_module(models)
    return models


def unwrapped(model):
    """A model, without the root model around it."""
    while hasattr(model, "root"):
        model = model.root
    return model


def parsed(models, schema, body):
    model = getattr(models, schema).model_validate(body)
    # Written back, all that was sent is there: no member was dropped or taken for another.
    written = model.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert written == body, f"{schema}: {written} is not {body}"
    return unwrapped(model)


def check_events(models, name, notification):
    for entry in notification.entry:
        for change in entry.changes:
            groups = getattr(unwrapped(change).value, "groups", None)
            for event in map(unwrapped, groups or []):
                kind = getattr(event.type, "value", event.type)
                assert type(event).__name__ == EVENTS[kind], f"{name}: {kind} became {type(event).__name__}"
                wrong = name.endswith("_failed") or "_not_" in name or "_partly_" in name
                if wrong and kind != "group_settings_update":
                    assert event.errors, f"{name}: the errors are lost"
                    assert unwrapped(event.errors[0]).code, f"{name}: the error has no code"


def main():
    index = yaml.safe_load((SPEC / "examples" / "index.yaml").read_text(encoding="utf-8"))["examples"]
    documented = [one for one in index if one["form"] == "documented"]
    # Sources differ on the acknowledgement; a write that succeeded must not raise.
    tolerated = [one for one in index if one["schema"] == "Accepted" and one["file"].endswith(".json")]
    with tempfile.TemporaryDirectory() as folder:
        models = generate(folder)
        count = 0
        for one in documented + [other for other in tolerated if other not in documented]:
            body = json.loads((SPEC / "examples" / one["file"]).read_text(encoding="utf-8"))
            model = parsed(models, one["schema"], body)
            assert type(model).__name__ == one["schema"], f"{one['file']} became {type(model).__name__}"
            if one["schema"] == "Notification":
                check_events(models, Path(one["file"]).stem, model)
            count += 1
        assert count > 50, f"only {count} examples"
    print(f"{count} documented examples were read by generated models, each by its class")


if __name__ == "__main__":
    main()
