//! Values of answers that could not be read, collected over a command and reported in one line for each operation. Paths
//! and types only: the values are of people.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use groups_ergonomic::{Found, Problem, Problems};

/// One command runs in a process, and its clients are made in several places.
static SEEN: Mutex<Seen> = Mutex::new(Seen { operations: BTreeMap::new() });

/// Paths that are told apart for an operation.
const GROUPS_MAX: usize = 100;
/// Paths that are shown for an operation.
const SHOWN: usize = 3;

struct Seen {
    operations: BTreeMap<String, Operation>,
}

#[derive(Default)]
struct Operation {
    total: usize,
    left_out: usize,
    groups: Vec<Group>,
}

/// Problems that differ only in the number of an item.
struct Group {
    pattern: String,
    found: Found,
    first: Problem,
    times: usize,
}

/// Takes note of what could not be read in something: `the answer to list_groups`, `the notification`.
pub(crate) fn record(what: &str, problems: &Problems) {
    if problems.is_empty() {
        return;
    }
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    seen.operations.entry(what.to_owned()).or_default().add(problems);
}

/// The line about what was read just now, for a command that has no end.
pub(crate) fn line(what: &str, problems: &Problems) -> Option<String> {
    let mut operation = Operation::default();
    operation.add(problems);
    (!problems.is_empty()).then(|| operation.line(what))
}

/// A line for each operation.
pub(crate) fn lines() -> Vec<String> {
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    seen.operations.iter().map(|(what, operation)| operation.line(what)).collect()
}

impl Operation {
    fn add(&mut self, problems: &Problems) {
        self.total += problems.total();
        self.left_out += problems.left_out();
        for problem in problems {
            let pattern = pattern(&problem.path);
            let room = self.groups.len() < GROUPS_MAX;
            let same = |group: &&mut Group| group.found == problem.found && group.pattern == pattern;
            match self.groups.iter_mut().find(same) {
                Some(group) => group.times += 1,
                None if room => {
                    let first = problem.clone();
                    self.groups.push(Group { pattern, found: problem.found, first, times: 1 });
                }
                None => {}
            }
        }
    }

    fn line(&self, what: &str) -> String {
        let mut shown = 0;
        let mut parts = Vec::new();
        for group in self.groups.iter().take(SHOWN) {
            shown += group.times;
            parts.push(match group.times {
                1 => group.first.to_string(),
                times => format!("{} ({times} times)", group.first),
            });
        }
        if let more @ 1.. = self.total.saturating_sub(shown) {
            parts.push(format!("and {more} more"));
        }
        let values = if self.total == 1 { "1 value" } else { &format!("{} values", self.total) };
        let mut line = format!("{values} in {what} could not be read: {}.", parts.join(", "));
        let mut kept: Vec<String> = Vec::new();
        // Receipts, links and whole lists have no `extra` that is shown.
        let is_shown = |pattern: &str| match what.rsplit(' ').next() {
            _ if what.starts_with("event ") => true,
            Some("get_group" | "get_webhook" | "notification" | "events") => true,
            Some("list_groups" | "list_join_requests") => pattern.contains('['),
            _ => false,
        };
        // An item of a list has no name of its own.
        let is_named = |problem: &Problem| problem.is_kept && !problem.path.ends_with(']');
        for group in self.groups.iter().filter(|group| is_named(&group.first) && is_shown(&group.pattern)) {
            let name = format!("`?{}`", group.first.name());
            if kept.len() < SHOWN && !kept.contains(&name) {
                kept.push(name);
            }
        }
        if !kept.is_empty() {
            line.push_str(&format!(" Values that were set aside are under `extra`, as {}.", kept.join(", ")));
        }
        match self.left_out {
            0 => {}
            1 => line.push_str(
                " 1 item without a readable id is left out; `wagroups api` prints the answer itself.",
            ),
            many => line.push_str(&format!(
                " {many} items without a readable id are left out; `wagroups api` prints the answer itself."
            )),
        }
        line
    }
}

/// The path without the numbers of items.
fn pattern(path: &str) -> String {
    let mut pattern = String::with_capacity(path.len());
    let mut inside = false;
    for c in path.chars() {
        inside = (inside || c == '[') && c != ']';
        if !inside || c == '[' {
            pattern.push(c);
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_counted_and_few_paths_are_shown() {
        let mut operation = Operation::default();
        for index in 0..500 {
            let mut problems = Problems::default();
            problems.push(Problem::missing(format!("data[{index}].id")));
            operation.add(&problems);
        }
        assert_eq!(
            operation.line("the answer to list_groups"),
            "500 values in the answer to list_groups could not be read: data[0].id is missing (500 times)."
        );
        let mut problems = Problems::default();
        for name in ["a", "b", "c", "d"] {
            problems.push(Problem::missing(name));
        }
        operation.add(&problems);
        let line = operation.line("the answer to list_groups");
        assert!(line.ends_with("(500 times), a is missing, b is missing, and 2 more."), "{line}");
    }
}
