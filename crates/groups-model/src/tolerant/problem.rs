//! What could not be read: where it was and what was found there, never the value itself.

use std::fmt;

/// A value of an answer that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Where it was: `data.groups[0].created_at`. Empty for the whole answer.
    pub path: String,
    /// What was there.
    pub found: Found,
    /// Whether the object it belonged to keeps it, under `?` and its name.
    pub is_kept: bool,
}

/// What stands where something else was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number, perhaps out of range.
    Number,
    /// A string.
    String,
    /// An object.
    Object,
    /// A list.
    Array,
    /// Nothing.
    Missing,
    /// A text of no characters, or of white space alone, in place of an id.
    Empty,
    /// A member of this name for the second time.
    Repeated,
    /// A string of which some characters were invalid; each was replaced by U+FFFD.
    Replaced,
    /// More levels than are read.
    TooDeep,
}

impl Found {
    /// The type of a JSON text.
    pub(super) fn of(raw: &str) -> Self {
        match raw.as_bytes().first() {
            Some(b'n') => Self::Null,
            Some(b't' | b'f') => Self::Boolean,
            Some(b'"') => Self::String,
            Some(b'{') => Self::Object,
            Some(b'[') => Self::Array,
            _ => Self::Number,
        }
    }

    /// The type of a value.
    pub(crate) fn of_value(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(_) => Self::Boolean,
            serde_json::Value::Number(_) => Self::Number,
            serde_json::Value::String(_) => Self::String,
            serde_json::Value::Array(_) => Self::Array,
            serde_json::Value::Object(_) => Self::Object,
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "is null",
            Self::Boolean => "is a boolean",
            Self::Number => "is a number",
            Self::String => "is a string",
            Self::Object => "is an object",
            Self::Array => "is an array",
            Self::Missing => "is missing",
            Self::Empty => "is empty",
            Self::Repeated => "appears more than once",
            Self::Replaced => "contains invalid characters",
            Self::TooDeep => "is nested too deep",
        })
    }
}

impl Problem {
    pub(super) fn new(path: &Path<'_>, found: Found) -> Self {
        Self { path: path.to_string(), found, is_kept: false }
    }

    /// Nothing at this path, where something has to be.
    pub fn missing(path: impl Into<String>) -> Self {
        Self { path: path.into(), found: Found::Missing, is_kept: false }
    }

    /// An empty text at this path, where an id has to be.
    pub fn empty(path: impl Into<String>) -> Self {
        Self { path: path.into(), found: Found::Empty, is_kept: false }
    }

    /// A value of another type than the one that was expected.
    pub fn found(path: impl Into<String>, value: &serde_json::Value) -> Self {
        Self { path: path.into(), found: Found::of_value(value), is_kept: false }
    }

    pub(super) fn kept(mut self) -> Self {
        self.is_kept = true;
        self
    }

    pub(crate) fn of_value(path: String, value: &serde_json::Value) -> Self {
        Self { path, found: Found::of_value(value), is_kept: true }
    }

    /// The name of the member, without what it belongs to.
    pub fn name(&self) -> &str {
        let name = self.path.rsplit('.').next().unwrap_or_default();
        name.split('[').next().unwrap_or_default()
    }
}

/// `data.groups[0].created_at is a string`. A long path is shortened in the middle.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Most characters of a path, and those of them that are its end.
        const PATH_MAX: usize = 120;
        const END: usize = 30;
        let length = self.path.chars().count();
        if length > PATH_MAX {
            let cut =
                |place: usize| self.path.char_indices().nth(place).map_or(self.path.len(), |(at, _)| at);
            let (start, end) = (&self.path[..cut(PATH_MAX - END)], &self.path[cut(length - END)..]);
            return write!(f, "{start}…{end} {}", self.found);
        }
        let path = if self.path.is_empty() { "the answer" } else { &self.path };
        write!(f, "{path} {}", self.found)
    }
}

/// The problems of an answer: the first ones, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    first: Vec<Problem>,
    total: usize,
    left_out: usize,
}

impl Problems {
    /// How many are kept one by one: an answer of millions of odd values must not become as many problems.
    const KEPT: usize = 2_000;

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// How many there are, also beyond those that [`Self::iter`] gives.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The first ones, at most 2,000.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.first.iter()
    }

    /// How many items of lists are left out, as they have no id that can be read.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    pub(super) fn leave_out(&mut self) {
        self.left_out += 1;
    }

    /// Adds one for which an item of a list is left out.
    pub fn push_left_out(&mut self, problem: Problem) {
        self.push(problem);
        self.left_out += 1;
    }

    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.total += 1;
        if self.first.len() < Self::KEPT {
            self.first.push(problem);
        }
    }

    /// Adds those of another answer.
    pub fn append(&mut self, other: Self) {
        self.total += other.total;
        self.left_out += other.left_out;
        let room = Self::KEPT.saturating_sub(self.first.len());
        self.first.extend(other.first.into_iter().take(room));
    }

    /// Without the members that their objects keep under `?` and their name. That a name appears twice shows only in the
    /// document.
    pub(crate) fn not_set_aside(mut self) -> Self {
        let before = self.first.len();
        self.first.retain(|problem| {
            !problem.is_kept || problem.path.ends_with(']') || problem.found == Found::Repeated
        });
        self.total -= before - self.first.len();
        self
    }

    pub(super) fn last(&self) -> Option<&Problem> {
        self.first.last()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A place in a document. A chain, so that a text is made only for what is reported.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Root,
    Member(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// A name of the server may be any text.
        const NAME_MAX: usize = 40;
        match self {
            Self::Root => Ok(()),
            Self::Item(list, index) => write!(f, "{list}[{index}]"),
            Self::Member(object, name) => {
                if !matches!(object, Self::Root) {
                    write!(f, "{object}.")?;
                }
                for c in name.chars().take(NAME_MAX) {
                    let plain = c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$' | '?' | '@');
                    fmt::Write::write_char(f, if plain { c } else { '_' })?;
                }
                if name.chars().nth(NAME_MAX).is_some() { f.write_str("…") } else { Ok(()) }
            }
        }
    }
}
