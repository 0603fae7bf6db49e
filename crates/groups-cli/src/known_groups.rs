//! The groups that were seen lately, for completion: ids and subjects, in a private file per account. A memory and no
//! truth: it is never asked where a command is carried out, it forgets after a day, and losing it costs nothing.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use groups_model::{Group, GroupId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::args::Globals;
use crate::context::Environment;
use crate::folders::{Folder, create_private};
use crate::private_file::{self, Kept};

/// In seconds: a day.
const AGE: i64 = 24 * 60 * 60;
/// More than these help nobody who completes a word.
const MANY: usize = 500;
/// A file that is larger is not ours.
const LARGE: u64 = 1 << 20;

/// A group that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownGroup {
    pub(crate) id: String,
    pub(crate) subject: Option<String>,
}

/// As it stands in the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// When it was seen, in Unix seconds.
    at: i64,
}

/// Groups that a command has seen. Constant in size.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    groups: Vec<KnownGroup>,
    gone: Vec<String>,
}

impl Seen {
    pub(crate) fn add<'a>(&mut self, groups: impl IntoIterator<Item = &'a Group>) {
        let room = MANY.saturating_sub(self.groups.len());
        self.groups.extend(
            groups
                .into_iter()
                .filter(|group| is_plain(group.id.as_str()))
                .take(room)
                .map(|group| KnownGroup { id: group.id.to_string(), subject: group.subject.clone() }),
        );
    }

    /// Whether there is nothing to remember, and so no account to look for.
    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.gone.is_empty()
    }

    /// A group that is not to be offered any more.
    pub(crate) fn forget(&mut self, group: &GroupId) {
        self.gone.push(group.to_string());
    }
}

/// The file of one account.
#[derive(Debug)]
pub(crate) struct KnownGroups {
    file: PathBuf,
}

impl KnownGroups {
    /// Of the account that these options and variables lead to, if that can be told.
    pub(crate) fn of(globals: &Globals, environment: &Environment) -> Option<Self> {
        Self::of_account(&environment.account(globals)?, globals, environment)
    }

    /// Of an account, by a text that differs where it differs; see [`crate::accounts::identity`].
    pub(crate) fn of_account(account: &str, globals: &Globals, environment: &Environment) -> Option<Self> {
        let folder = Folder::State.path(globals, environment, "completions").ok()?.join("known-groups");
        // Tells neither the address nor the key, and differs where one of them does.
        let digest = Sha256::digest(account.as_bytes());
        let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Some(Self { file: folder.join(format!("{name}.json")) })
    }

    /// Those that were seen within a day, the last seen first.
    pub(crate) fn read(&self) -> Vec<KnownGroup> {
        self.entries(now())
            .into_iter()
            .map(|entry| KnownGroup { id: entry.id, subject: entry.subject })
            .collect()
    }

    /// Remembers what was seen. Nobody is told if that fails.
    pub(crate) fn remember(&self, seen: Seen) {
        let entries = merged(self.entries(now()), seen, now());
        let Ok(text) = serde_json::to_string(&entries) else { return };
        let folder = self.file.parent().unwrap_or(Path::new("."));
        // A full disk, say: then there is nothing to complete.
        let _ = create_private(folder)
            .and_then(|()| private_file::replace(&self.file, text.as_bytes(), Kept::Passing));
    }

    /// Forgets all of it, as of an account that is gone or another by now.
    pub(crate) fn forget(&self) {
        // What is not there needs no forgetting; what cannot be removed is forgotten after a day.
        let _ = std::fs::remove_file(&self.file);
    }

    fn entries(&self, now: i64) -> Vec<Entry> {
        let is_ours = |file: &Path| file.metadata().is_ok_and(|of| of.is_file() && of.len() <= LARGE);
        let text = if is_ours(&self.file) { std::fs::read_to_string(&self.file).ok() } else { None };
        let mut entries: Vec<Entry> =
            text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        entries.retain(|entry| (now - AGE..=now).contains(&entry.at) && is_plain(&entry.id));
        entries
    }
}

/// What was seen now, then what was known before; a subject that was not asked for stays known.
fn merged(known: Vec<Entry>, seen: Seen, now: i64) -> Vec<Entry> {
    let Seen { groups, gone } = seen;
    let subject =
        |id: &str| known.iter().find(|entry| entry.id == id).and_then(|entry| entry.subject.clone());
    let fresh: Vec<Entry> = groups
        .into_iter()
        .map(|group| Entry { subject: group.subject.or_else(|| subject(&group.id)), id: group.id, at: now })
        .collect();
    let mut ids = HashSet::new();
    let mut entries: Vec<Entry> = fresh
        .into_iter()
        .chain(known.iter().cloned())
        .filter(|entry| ids.insert(entry.id.clone()) && !gone.contains(&entry.id))
        .collect();
    entries.truncate(MANY);
    entries
}

/// Whether a shell takes it for one word and for nothing else, whatever a server calls its groups.
fn is_plain(id: &str) -> bool {
    GroupId::new(id).is_ok() && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_=.:+@".contains(c))
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, subject: Option<&str>, at: i64) -> Entry {
        Entry { id: id.to_owned(), subject: subject.map(str::to_owned), at }
    }

    fn group(id: &str) -> Group {
        Group::new(GroupId::new(id).unwrap())
    }

    #[test]
    fn what_was_seen_last_stands_first_and_subjects_stay() {
        let mut seen = Seen::default();
        seen.add(&[group("b"), group("c")]);
        seen.forget(&GroupId::new("a").unwrap());
        let known = vec![entry("a", Some("A"), 1), entry("b", Some("B"), 1), entry("d", None, 1)];
        let merged = merged(known, seen, 2);
        let told: Vec<_> =
            merged.iter().map(|entry| (&*entry.id, entry.subject.as_deref(), entry.at)).collect();
        assert_eq!(told, [("b", Some("B"), 2), ("c", None, 2), ("d", None, 1)]);
    }

    #[test]
    fn what_is_old_or_odd_is_not_known() {
        let folder = tempfile::tempdir().unwrap();
        let known = KnownGroups { file: folder.path().join("x.json") };
        assert!(known.entries(0).is_empty());
        for text in ["nonsense", "{}", "[{\"id\":1}]", ""] {
            std::fs::write(&known.file, text).unwrap();
            assert!(known.entries(0).is_empty(), "{text}");
        }
        let text = serde_json::to_string(&[
            entry("fresh", None, 1_000_000),
            entry("old", None, 1_000_000 - AGE - 1),
            entry("of-the-future", None, 1_000_001),
            entry("$(reboot)", None, 1_000_000),
            entry("a*", None, 1_000_000),
        ]);
        std::fs::write(&known.file, text.unwrap()).unwrap();
        let ids: Vec<_> = known.entries(1_000_000).into_iter().map(|entry| entry.id).collect();
        assert_eq!(ids, ["fresh"]);
    }

    #[test]
    fn no_more_is_kept_than_helps() {
        let mut seen = Seen::default();
        for number in 0..2 * MANY {
            seen.add(&[group(&format!("g{number}"))]);
        }
        assert_eq!(seen.groups.len(), MANY);
        let known = (0..MANY).map(|number| entry(&format!("k{number}"), None, 1)).collect();
        assert_eq!(merged(known, seen, 2).len(), MANY);
    }
}
