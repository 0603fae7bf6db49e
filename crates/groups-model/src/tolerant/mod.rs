//! Reads an answer around the parts of it that make no sense. Strict decoding comes first and costs nothing extra; this
//! is for what strict decoding refuses. A value that cannot be read moves to `?name` beside where it was, and only that.
//!
//! A [`Shape`] describes a type of the wire: which members have parts of their own, and which ones it cannot do without.
//! [`read`] splits the text into members and items without interpreting them and tries each alone, so that the cost
//! stays linear in the length of the answer.

mod part;
mod problem;
mod text;
mod value;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::de::DeserializeOwned;
use serde_json::Value;

use part::Part;
use problem::Path;
pub use problem::{Found, Problem, Problems};
use value::{Aside, TREE_MAX, TolerantValue, Unique};

/// How to take a value of one type apart. Built from constants, one for each type of an answer.
#[derive(Debug)]
pub struct Shape {
    fits: fn(&Part<'_>) -> bool,
    blame: fn(&Part<'_>) -> Blame,
    members: &'static [(&'static str, Member)],
    required: &'static [&'static str],
    fill: &'static [(&'static str, &'static str)],
    keep_as: Option<&'static str>,
}

/// A member that has parts of its own.
#[derive(Clone, Copy, Debug)]
pub enum Member {
    /// An object.
    Object(&'static Shape),
    /// A list; an item that cannot be read is left out of it.
    List(&'static Shape),
    /// An object of the first shape, or a list of the second.
    Either(&'static Shape, &'static Shape),
    /// An object with any names, whose values are of this shape.
    Map(&'static Shape),
}

/// An answer that is no answer, whatever is set aside.
#[derive(Debug)]
pub enum Unreadable {
    /// It is not JSON. The error says where it stops being that; it names no type.
    NotJson(serde_json::Error),
    /// Something that it cannot do without is missing or odd.
    Odd(Problem),
}

impl Shape {
    /// A type without parts: a scalar, or an object whose members are all scalars and all optional.
    pub const fn of<T: DeserializeOwned>() -> Self {
        Self { fits: fits::<T>, blame: blame::<T>, members: &[], required: &[], fill: &[], keep_as: None }
    }

    /// The members that have parts.
    pub const fn with(mut self, members: &'static [(&'static str, Member)]) -> Self {
        self.members = members;
        self
    }

    /// The members without which it is nothing.
    pub const fn requires(mut self, names: &'static [&'static str]) -> Self {
        self.required = names;
        self
    }

    /// The JSON text that stands in for a member which is missing or odd.
    pub const fn filled(mut self, fill: &'static [(&'static str, &'static str)]) -> Self {
        self.fill = fill;
        self
    }

    /// Where it is no object at all, it is one with this member only.
    pub const fn or_kept_as(mut self, name: &'static str) -> Self {
        self.keep_as = Some(name);
        self
    }

    fn member(&self, name: &str) -> Option<Member> {
        self.members.iter().find(|(known, _)| *known == name).map(|(_, member)| *member)
    }
}

/// What keeps a part from decoding.
#[derive(Debug, PartialEq, Eq)]
enum Blame {
    Nothing,
    /// The value of this member.
    Member(String),
    /// The part as a whole: something is missing, or it is of another type.
    Whole,
}

fn fits<T: DeserializeOwned>(part: &Part<'_>) -> bool {
    T::deserialize(part).is_ok()
}

fn blame<T: DeserializeOwned>(part: &Part<'_>) -> Blame {
    match serde_path_to_error::deserialize::<_, T>(part) {
        Ok(_) => Blame::Nothing,
        Err(error) => match error.path().iter().next() {
            Some(serde_path_to_error::Segment::Map { key }) => Blame::Member(key.clone()),
            _ => Blame::Whole,
        },
    }
}

/// Reads a body as far as it makes sense.
pub fn read<T: DeserializeOwned>(body: &[u8], shape: &Shape) -> Result<(T, Problems), Unreadable> {
    let text = text::repaired(body);
    let whole = text::raw(&text).map_err(Unreadable::NotJson)?;
    let mut reader = Reader { problems: Problems::default() };
    let path = Path::Root;
    let part = reader.part(whole, shape, &path);
    let odd = |reader: Reader| {
        let fallback = Problem::new(&Path::Root, Found::of(whole));
        Unreadable::Odd(reader.problems.last().cloned().unwrap_or(fallback))
    };
    match part {
        Some(part) => match T::deserialize(&part) {
            Ok(value) => Ok((value, reader.problems)),
            Err(_) => Err(odd(reader)),
        },
        None => Err(odd(reader)),
    }
}

/// A document as a `Value`, read around what no `Value` can hold: half surrogates and bytes that are no UTF-8 become
/// U+FFFD; a number out of range, or what is nested too deep, becomes its text. A member's name then begins with `?`.
/// Of members with the same name the last one counts, and the one before it is set aside in the same way.
pub fn value(body: &[u8]) -> Result<(Value, Problems), serde_json::Error> {
    if let Ok(Unique(value)) = serde_json::from_slice(body) {
        return Ok((value, Problems::default()));
    }
    let text = text::repaired(body);
    let whole = text::raw(&text)?;
    let mut problems = Problems::default();
    let value = match TolerantValue::of(whole, &Path::Root, &mut problems) {
        TolerantValue::Sound(value) => value,
        TolerantValue::Odd(value, found) => {
            problems.push(Problem::new(&Path::Root, found));
            value
        }
    };
    Ok((value, problems))
}

/// A member that can be read.
type Read<'a> = (Cow<'a, str>, Part<'a>);
/// A member and its text.
type Raw<'a> = (Cow<'a, str>, &'a str);

struct Reader {
    problems: Problems,
}

impl Reader {
    /// The part in a form that decodes; `None` if there is none. Whatever is set aside is reported, as is the reason of
    /// a `None`.
    fn part<'a>(&mut self, raw: &'a str, shape: &Shape, path: &Path<'_>) -> Option<Part<'a>> {
        // A long one with parts was tried as a whole already, or its parts are tried alone.
        let is_tried = shape.members.is_empty() || raw.len() <= TREE_MAX;
        let whole = Part::Raw(raw);
        if is_tried && (shape.fits)(&whole) {
            return Some(whole);
        }
        if raw.starts_with('{')
            && let Some(members) = text::members(raw)
        {
            let (object, decodes) = self.object(members, shape, path)?;
            // A type without parts may be one that is no object.
            if decodes || !shape.members.is_empty() || (shape.fits)(&object) {
                return Some(object);
            }
        }
        if let Some(part) = self.repaired(raw, shape, path) {
            return Some(part);
        }
        self.problems.push(Problem::new(path, Found::of(raw)));
        let name = shape.keep_as?;
        Some(Part::Object(vec![(name.into(), Part::Value(value::kept(raw)))]))
    }

    /// A text that decodes once its half surrogates are replaced.
    fn repaired<'a>(&mut self, raw: &'a str, shape: &Shape, path: &Path<'_>) -> Option<Part<'a>> {
        let text = text::without_half_surrogates(raw);
        let Cow::Owned(text) = text else { return None };
        let part = Part::Value(serde_json::from_str(&text).ok()?);
        if !(shape.fits)(&part) {
            return None;
        }
        self.problems.push(Problem::new(path, Found::Replaced));
        Some(part)
    }

    /// Also returns whether it is known to decode.
    fn object<'a>(
        &mut self,
        members: Vec<Raw<'a>>,
        shape: &Shape,
        path: &Path<'_>,
    ) -> Option<(Part<'a>, bool)> {
        let mut scalars: Vec<Read<'a>> = Vec::with_capacity(members.len());
        let (mut kept, mut aside) = (Vec::new(), Vec::new());
        for (name, raw) in one_of_each(members, shape, path, &mut aside, &mut self.problems) {
            let at = Path::Member(path, &name);
            match shape.member(&name) {
                Some(member) if !(raw == "null" && alone(shape, &name, &Part::Raw(raw))) => {
                    match self.member(raw, member, shape.required.contains(&&*name), &at) {
                        Some(part) => kept.push((name, part)),
                        None => aside.push((name, raw)),
                    }
                }
                _ => scalars.push((name, Part::Raw(raw))),
            }
        }
        let has_parts = !kept.is_empty();
        let (scalars, decode) = self.scalars(scalars, shape, path, &mut aside);
        kept.extend(scalars);
        let object = self.complete(kept, aside, shape, path)?;
        Some((object, decode && !has_parts))
    }

    /// Finds the members that are to blame. The first few are named by the decoder, which is quicker where one is odd;
    /// then each is tried alone, so that many cost no more than that. Also returns whether the rest is known to decode.
    fn scalars<'a>(
        &mut self,
        kept: Vec<Read<'a>>,
        shape: &Shape,
        path: &Path<'_>,
        aside: &mut Vec<Raw<'a>>,
    ) -> (Vec<Read<'a>>, bool) {
        const NAMED: usize = 3;
        let mut whole = Part::Object(kept);
        for _ in 0..NAMED {
            let blamed = match (shape.blame)(&whole) {
                Blame::Member(name) => name,
                Blame::Nothing => return (whole.into_members(), true),
                Blame::Whole => return (whole.into_members(), false),
            };
            let mut members = whole.into_members();
            let Some(index) = members.iter().position(|(known, _)| *known == blamed) else {
                return (members, false);
            };
            let Part::Raw(raw) = members[index].1 else { return (members, false) };
            let (name, _) = members.swap_remove(index);
            match self.in_part(name, raw, shape, path) {
                Ok(member) => members.push(member),
                Err(member) => aside.push(member),
            }
            whole = Part::Object(members);
        }
        let mut kept = Vec::new();
        for (name, part) in whole.into_members() {
            match part {
                Part::Raw(raw) if !alone(shape, &name, &part) => match self.in_part(name, raw, shape, path) {
                    Ok(member) => kept.push(member),
                    Err(member) => aside.push(member),
                },
                part => kept.push((name, part)),
            }
        }
        (kept, false)
    }

    /// A member that does not decode as it is: with what is odd inside it replaced, else not at all.
    fn in_part<'a>(
        &mut self,
        name: Cow<'a, str>,
        raw: &'a str,
        shape: &Shape,
        path: &Path<'_>,
    ) -> Result<Read<'a>, Raw<'a>> {
        let at = Path::Member(path, &name);
        let mut inside = Problems::default();
        if (raw.len() <= TREE_MAX || raw.starts_with('"'))
            && let TolerantValue::Sound(value) = TolerantValue::of(raw, &at, &mut inside)
        {
            let part = Part::Value(value);
            if alone(shape, &name, &part) {
                self.problems.append(inside);
                return Ok((name, part));
            }
        }
        self.problems.push(Problem::new(&at, Found::of(raw)).kept());
        Err((name, raw))
    }

    fn complete<'a>(
        &mut self,
        mut kept: Vec<Read<'a>>,
        aside: Vec<Raw<'a>>,
        shape: &Shape,
        path: &Path<'_>,
    ) -> Option<Part<'a>> {
        let stands_in = shape.fill.iter().map(|(name, _)| *name);
        for name in shape.required.iter().copied().chain(stands_in.clone()) {
            if kept.iter().any(|(known, _)| known == name) {
                continue;
            }
            if !aside.iter().any(|(known, _)| known == name) {
                self.problems.push(Problem::new(&Path::Member(path, name), Found::Missing));
            }
            let (_, text) = shape.fill.iter().find(|(known, _)| *known == name)?;
            kept.push((name.into(), Part::Raw(text)));
        }
        let mut names = Aside::default();
        kept.iter().filter(|(name, _)| name.starts_with('?')).for_each(|(name, _)| names.take(name));
        kept.extend(
            aside.into_iter().map(|(name, raw)| (names.name(&name).into(), Part::Value(value::kept(raw)))),
        );
        Some(Part::Object(kept))
    }

    /// A member that has parts of its own. A `None` was reported.
    fn member<'a>(
        &mut self,
        raw: &'a str,
        member: Member,
        is_required: bool,
        path: &Path<'_>,
    ) -> Option<Part<'a>> {
        match (member, raw.as_bytes().first()) {
            (Member::Object(shape) | Member::Either(shape, _), Some(b'{')) => self.part(raw, shape, path),
            (Member::Map(values), Some(b'{')) => self.map(raw, values, path),
            (Member::List(items) | Member::Either(_, items), Some(b'[')) => self.list(raw, items, path),
            // Some writers leave an empty list as null.
            (Member::List(_) | Member::Either(..), Some(b'n')) if is_required => {
                self.problems.push(Problem::new(path, Found::Null));
                Some(Part::List(Vec::new()))
            }
            _ => {
                self.problems.push(Problem::new(path, Found::of(raw)).kept());
                None
            }
        }
    }

    fn list<'a>(&mut self, raw: &'a str, items: &Shape, path: &Path<'_>) -> Option<Part<'a>> {
        let mut parts = Vec::new();
        let read = text::items(raw, |index, item| match self.part(item, items, &Path::Item(path, index)) {
            Some(part) => parts.push(part),
            None => self.problems.leave_out(),
        });
        read.map(|()| Part::List(parts))
    }

    fn map<'a>(&mut self, raw: &'a str, values: &Shape, path: &Path<'_>) -> Option<Part<'a>> {
        let mut parts: Vec<Read<'a>> = Vec::new();
        for (name, raw) in text::members(raw)? {
            let at = Path::Member(path, &name);
            if let Some(part) = self.part(raw, values, &at) {
                parts.push((name, part));
            }
        }
        Some(Part::Object(parts))
    }
}

/// Whether a member decodes without the others.
fn alone(shape: &Shape, name: &str, part: &Part<'_>) -> bool {
    let only = [(Cow::Borrowed(name), part)];
    !matches!((shape.blame)(&Part::Borrowed(&only)), Blame::Member(_))
}

/// Of members with one name, the last that can be read; the others go aside.
fn one_of_each<'a>(
    members: Vec<Raw<'a>>,
    shape: &Shape,
    path: &Path<'_>,
    aside: &mut Vec<Raw<'a>>,
    problems: &mut Problems,
) -> Vec<Raw<'a>> {
    let mut seen = HashSet::with_capacity(members.len());
    if members.iter().all(|(name, _)| seen.insert(name)) {
        return members;
    }
    drop(seen);
    let mut chosen: Vec<Raw<'a>> = Vec::with_capacity(members.len());
    let mut at: HashMap<Cow<'a, str>, usize> = HashMap::new();
    for (name, raw) in members {
        let Some(index) = at.get(&name).copied() else {
            at.insert(name.clone(), chosen.len());
            chosen.push((name, raw));
            continue;
        };
        problems.push(Problem::new(&Path::Member(path, &name), Found::Repeated).kept());
        let fits = |raw: &str| match shape.member(&name) {
            Some(Member::Object(_) | Member::Map(_)) => raw.starts_with('{'),
            Some(Member::List(_)) => raw.starts_with('['),
            Some(Member::Either(..)) => raw.starts_with(['{', '[']),
            None => alone(shape, &name, &Part::Raw(raw)),
        };
        let loser = if fits(raw) { std::mem::replace(&mut chosen[index].1, raw) } else { raw };
        aside.push((name, loser));
    }
    chosen
}

#[cfg(test)]
mod tests;
