//! What keeps the snapshots complete: each command has one that shows it at work, each kind of error one that shows it to
//! programs, and each sentence of an error stands in one, but for those that are named here with the reason.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

/// What no test from outside can bring about, with the reason.
const UNSEEN: &[(&str, &str)] = &[
    ("Answer `y` to make them all the same", "it takes a terminal; see `terminal`"),
    ("signals cannot be received", "the system would have to refuse its handlers"),
    ("The system refuses what ending cleanly takes", "the same"),
    ("the program could not start", "no runtime would have to be had"),
    ("The system has refused what every program needs", "the same"),
    ("this is no command that is carried out", "help is answered before"),
    ("is the line of two rows", "no reader has given one; the journal would be wrong if one did"),
    ("Run the same command again to try it once more", "the table would have to miss a code of an outcome"),
    ("is an address of this machine alone", "a test's API is on this machine; see the unit test of it"),
    ("Set one that can be reached from outside", "the same"),
    ("answers with a redirect", "of a receiver; see the unit test of `doctor`"),
    ("Webhooks may not follow it", "the same"),
    ("from the keyring", "no test may meet the keyring of whoever runs it; see the unit tests"),
    ("is not in the keyring", "the same"),
    ("is in the keyring, which cannot be used:", "its test has a bus of its own; see `keyring`"),
    ("Unlock the keyring, or set D360_API_KEY to the key. `wagroups auth login --profile", "see `keyring`"),
    (", and did not release it within", "see `keyring`"),
    ("Wait until the other `wagroups auth` command has ended", "see `keyring`"),
    ("standard input did not end within", "see `keyring`"),
    ("`--profile` uses a stored account in its place.", "see `variables`"),
    ("the value in", "see the unit test of it"),
    ("the text that was given is too long to be a key", "see the unit test of it"),
    ("the answer contains a webhook address that cannot be read", "see `odd_answers`"),
    ("` shows the answer.", "see `odd_answers`"),
    ("Correct the address.", "every address that is refused comes with advice of its own"),
];

/// What begins the telling of an error; it ends with the statement.
const TELLINGS: [&str; 15] = [
    "Failure::local(",
    "Failure::usage(",
    "Failure::configuration(",
    "InvalidInput::new(",
    "Problem {",
    "Wrong::new(",
    "Wrong::advising(",
    "misplaced(",
    "unusable(",
    "no_key(",
    "failed(format!(",
    "with_remedy(",
    "message.push_str(",
    "let message =",
    "let remedy =",
];

fn folder(of_tests: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(of_tests)
}

fn snapshots() -> Vec<(String, String)> {
    let files = std::fs::read_dir(folder("tests/cli/snapshots")).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|extension| extension == "snap"));
    let name = |file: &Path| file.file_stem().unwrap().to_string_lossy().into_owned();
    files.map(|file| (name(&file), std::fs::read_to_string(&file).unwrap())).collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    entries.flat_map(of).filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// The text of a source file, without its tests, as what stands between literals and what stands in them, in turn.
fn pieces(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    let (mut pieces, mut piece) = (Vec::new(), String::new());
    let mut chars = source.chars().peekable();
    let mut inside = false;
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                pieces.push(std::mem::take(&mut piece));
                inside = !inside;
            }
            '\\' if inside => match chars.next().unwrap() {
                'n' => piece.push('\n'),
                '\n' => while chars.next_if(|c| c.is_whitespace()).is_some() {},
                other => piece.push(other),
            },
            '/' if !inside && chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '\'' if !inside && chars.peek() == Some(&'"') => _ = chars.next(),
            c => piece.push(c),
        }
    }
    pieces.push(piece);
    pieces
}

/// The longest part of a sentence that is the same whatever is put into it.
fn fixed(sentence: &str) -> String {
    let parts = sentence.replace("{{", "\0").replace("}}", "\u{1}");
    let parts = parts.split('{').enumerate().map(|(index, part)| match index {
        0 => part,
        _ => part.split_once('}').map_or("", |(_, rest)| rest),
    });
    let longest = parts.max_by_key(|part| part.len()).unwrap_or_default();
    longest.trim().replace('\0', "{").replace('\u{1}', "}")
}

/// Each sentence that tells of an error, with its file.
fn sentences() -> Vec<(String, String)> {
    let root = folder("../crates/groups-cli/src");
    let mut sentences = Vec::new();
    for file in sources(&root) {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        // Forms of arguments are told by the parser, and topics are no errors.
        if name.starts_with("args") || name == "topics.rs" {
            continue;
        }
        let mut telling = false;
        for (index, piece) in pieces(&std::fs::read_to_string(&file).unwrap()).into_iter().enumerate() {
            if index % 2 == 0 {
                let begins = TELLINGS.iter().filter_map(|telling| piece.rfind(telling)).max();
                telling = match (begins, piece.rfind(';')) {
                    (Some(begins), Some(ends)) => begins > ends,
                    (Some(_), None) => true,
                    (None, Some(_)) => false,
                    (None, None) => telling,
                };
            } else if telling {
                let fixed = fixed(&piece);
                if fixed.len() >= 10 && fixed.contains(' ') {
                    sentences.push((fixed, name.clone()));
                }
            }
        }
    }
    sentences
}

#[test]
fn every_sentence_of_an_error_stands_in_a_snapshot() {
    let all: String = snapshots().into_iter().map(|(_, text)| text).collect();
    // As it stands in JSON, too.
    let plain = all.replace("\\\"", "\"");
    let sentences = sentences();
    assert!(sentences.len() > 150, "the sentences were not found: {sentences:?}");
    let is_shown = |sentence: &str| all.contains(sentence) || plain.contains(sentence);
    let is_excused = |sentence: &str| UNSEEN.iter().any(|(unseen, _)| sentence.contains(unseen));
    let missing: Vec<_> =
        sentences.iter().filter(|(sentence, _)| !is_shown(sentence) && !is_excused(sentence)).collect();
    assert!(missing.is_empty(), "no snapshot shows these, add one: {missing:#?}");
    for (unseen, _) in UNSEEN {
        assert!(sentences.iter().any(|(sentence, _)| sentence.contains(unseen)), "nobody says {unseen:?}");
        assert!(!plain.contains(unseen), "it is shown by now: {unseen:?}");
    }
}

#[test]
fn every_kind_of_error_is_shown_to_a_program_in_a_snapshot() {
    let all: String = snapshots().into_iter().map(|(_, text)| text).collect();
    let missing: Vec<_> = groups_cli::schema::error_kinds()
        .into_iter()
        .filter(|kind| !all.contains(&format!("{{\"error\":{{\"kind\":\"{kind}\"")))
        .collect();
    assert!(missing.is_empty(), "no snapshot shows these, add one: {missing:?}");
}

/// The words of each command that does something.
fn commands(command: &clap::Command, words: &[String]) -> Vec<Vec<String>> {
    let below = command.get_subcommands();
    let all = below.flat_map(|next| {
        let words = [words, &[next.get_name().to_owned()]].concat();
        if next.has_subcommands() { commands(next, &words) } else { vec![words] }
    });
    all.collect()
}

#[test]
fn every_command_is_shown_at_work_in_a_snapshot() {
    let all: Vec<String> = snapshots().into_iter().map(|(_, text)| text).collect();
    // What was run, of what ended well; what is served ends well when it is told to.
    let mut worked: Vec<Vec<&str>> = Vec::new();
    for text in &all {
        for run in text.split("\n$ ").skip(1).chain(text.split("---\n$ ").skip(1)) {
            let run = run.split("\n$ ").next().unwrap();
            if run.contains("\n--- exit 0\n") || run.trim_end().ends_with("\n--- exit 0") {
                worked.push(run.lines().next().unwrap().split(' ').collect());
            }
        }
    }
    let commands = commands(&groups_cli::command(), &[]);
    assert!(commands.len() > 40, "{commands:?}");
    let is_shown = |words: &Vec<String>| {
        let is = |line: &&Vec<&str>| line.windows(words.len()).any(|part| part == words.as_slice());
        worked.iter().any(|line| is(&line))
    };
    let missing: Vec<_> = commands.iter().filter(|words| !is_shown(words)).collect();
    assert!(missing.is_empty(), "no snapshot shows these at work, add one: {missing:?}");
}
