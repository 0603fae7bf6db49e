//! Scripted faults: what goes wrong, for which calls, how often. Written as one line of text, the same on the command
//! line, over HTTP, in a seed file and in a test. Values only; the HTTP skin and the state machine act on them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use fastrand::Rng;
use serde::{Deserialize, Serialize};

use super::outcome::{Failing, Setting};

/// The operations a fault can be scripted for, by their ids in the API document.
pub(crate) const OPERATIONS: [&str; 13] = [
    "list_groups",
    "create_group",
    "get_group",
    "update_group",
    "delete_group",
    "get_invite_link",
    "reset_invite_link",
    "list_join_requests",
    "approve_join_requests",
    "reject_join_requests",
    "remove_participants",
    "get_webhook",
    "set_webhook",
];

const LISTS: [&str; 2] = ["list_groups", "list_join_requests"];
const ACCEPTED: [&str; 4] = ["create_group", "update_group", "delete_group", "remove_participants"];

/// The longest latency, and the longest pause of a trickle.
const LONGEST: Duration = Duration::from_secs(3600);

/// One line of what can be written: `OPERATION WHAT=VALUE…`.
pub(crate) const FORM: &str = "OPERATION or *, then what goes wrong (status=N, code=N, details=TEXT, retry-after=SECONDS, html, \
     latency=TIME, stall, reset, truncate=BYTES, trickle=TIME, empty-page, repeated-cursor, outcome=CODE, setting=NAME), then when \
     (times=N, skip=N, probability=P, done)";

/// Something that goes wrong on purpose.
///
/// ```
/// use groups_sandbox::Fault;
///
/// let fault: Fault = "create_group status=500 done times=2".parse()?;
/// assert_eq!(fault.to_string(), "create_group status=500 done times=2");
/// # Ok::<(), groups_sandbox::SandboxError>(())
/// ```
///
/// The words, in any order after the operation (an operation id of the API document, or `*` for all):
///
/// | word | what happens |
/// |---|---|
/// | `status=N` | the call is answered with this HTTP status |
/// | `code=N` | the body is an error with this code, in the envelope that is switched on; without `status`, with the status documented for the code |
/// | `details=TEXT` | the error's details; in double quotes where there are spaces |
/// | `retry-after=SECONDS` | a header `Retry-After` on that answer |
/// | `html` | the body is a proxy's HTML page instead |
/// | `latency=TIME` | the call is carried out, and its answer waits, such as `300ms` or `2s`; up to an hour |
/// | `stall` | no answer ever comes |
/// | `reset` | the connection is reset |
/// | `truncate=BYTES` | the body ends after so many bytes of those announced |
/// | `trickle=TIME` | the body comes byte by byte, this long apart |
/// | `empty-page` | a page of a list is empty though more follow |
/// | `repeated-cursor` | a page's cursor is the one that led to it |
/// | `outcome=CODE` | the call is accepted and its outcome fails with this code |
/// | `setting=NAME` | with `outcome`: only `subject`, `description` or `picture` of an update fails |
/// | `times=N` | so often; without it, until it is taken away |
/// | `skip=N` | only after so many calls that it would have hit |
/// | `probability=P` | in this share of the calls, 0 to 1 |
/// | `done` | the call is carried out all the same, and then its answer is lost |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fault {
    /// `None`: every operation.
    operation: Option<String>,
    pub(crate) effect: Effect,
    times: Option<u32>,
    skip: u32,
    probability: f64,
}

/// What goes wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Effect {
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<u32>,
    pub(crate) details: Option<String>,
    pub(crate) retry_after_s: Option<u64>,
    pub(crate) html: bool,
    pub(crate) latency: Option<Duration>,
    pub(crate) stall: bool,
    pub(crate) reset: bool,
    pub(crate) truncate: Option<usize>,
    pub(crate) trickle: Option<Duration>,
    pub(crate) empty_page: bool,
    pub(crate) repeated_cursor: bool,
    pub(crate) outcome: Option<u32>,
    pub(crate) setting: Option<Setting>,
    /// Whether the call is carried out before its answer is spoilt.
    pub(crate) done: bool,
}

impl Effect {
    /// How the outcome of the call fails, if it does.
    pub(crate) fn failing(&self) -> Option<Failing> {
        self.outcome.map(|code| Failing { code, setting: self.setting })
    }

    /// Whether it is about what happens inside the operation, and not about its answer.
    pub(crate) fn is_inside(&self) -> bool {
        let inside = Self {
            empty_page: self.empty_page,
            repeated_cursor: self.repeated_cursor,
            outcome: self.outcome,
            setting: self.setting,
            ..Self::default()
        };
        *self == inside
    }

    /// Whether another answer takes the place of the call's own.
    pub(crate) fn answers(&self) -> bool {
        self.status.is_some() || self.code.is_some() || self.html
    }
}

impl Fault {
    /// Whether it is about such a call. `paged`: the call carries a cursor; without one there is none to repeat.
    pub(crate) fn concerns(&self, operation: Option<&str>, paged: bool) -> bool {
        if self.effect.repeated_cursor && !paged {
            return false;
        }
        self.operation.as_deref().is_none_or(|one| Some(one) == operation)
    }

    /// Meets a call that it concerns: whether it hits, what remains of it (`None`: used up).
    pub(crate) fn meet(&self, rng: &mut Rng) -> (bool, Option<Self>) {
        let mut left = self.clone();
        if rng.f64() >= self.probability {
            return (false, Some(left));
        }
        if left.skip > 0 {
            left.skip -= 1;
            return (false, Some(left));
        }
        match &mut left.times {
            Some(times) => {
                *times -= 1;
                let remains = *times > 0;
                (true, remains.then_some(left))
            }
            None => (true, Some(left)),
        }
    }

    fn read(text: &str) -> Result<Self, String> {
        let mut words = words(text)?.into_iter();
        let operation = match words.next().as_deref() {
            None => return Err("it is empty".to_owned()),
            Some("*") => None,
            Some(name) => {
                let known = OPERATIONS.iter().find(|known| **known == name);
                let unknown =
                    || format!("there is no operation {name:?}; there are *, {}", OPERATIONS.join(", "));
                Some((*known.ok_or_else(unknown)?).to_owned())
            }
        };
        let mut fault = Self { operation, effect: Effect::default(), times: None, skip: 0, probability: 1.0 };
        for word in words {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word.as_str(), None),
            };
            fault.take(name, value)?;
        }
        fault.check()?;
        Ok(fault)
    }

    fn take(&mut self, name: &str, value: Option<&str>) -> Result<(), String> {
        let effect = &mut self.effect;
        let needed = || value.ok_or_else(|| format!("{name} needs a value: {name}=…"));
        match name {
            "status" => effect.status = Some(number(name, needed()?)?),
            "code" => effect.code = Some(number(name, needed()?)?),
            "details" => effect.details = Some(needed()?.to_owned()),
            "retry-after" => effect.retry_after_s = Some(number(name, needed()?)?),
            "latency" => effect.latency = Some(duration(name, needed()?)?),
            "truncate" => effect.truncate = Some(number(name, needed()?)?),
            "trickle" => effect.trickle = Some(duration(name, needed()?)?),
            "outcome" => effect.outcome = Some(number(name, needed()?)?),
            "setting" => effect.setting = Some(setting(needed()?)?),
            "times" => self.times = Some(number(name, needed()?)?),
            "skip" => self.skip = number(name, needed()?)?,
            "probability" => self.probability = number(name, needed()?)?,
            "html" | "stall" | "reset" | "empty-page" | "repeated-cursor" | "done" if value.is_some() => {
                return Err(format!("{name} takes no value"));
            }
            "html" => effect.html = true,
            "stall" => effect.stall = true,
            "reset" => effect.reset = true,
            "empty-page" => effect.empty_page = true,
            "repeated-cursor" => effect.repeated_cursor = true,
            "done" => effect.done = true,
            _ => return Err(format!("{name:?} is no word of a fault; the form is: {FORM}")),
        }
        Ok(())
    }

    fn check(&self) -> Result<(), String> {
        let Effect { status, empty_page, repeated_cursor, outcome, done, .. } = self.effect;
        if self.effect == (Effect { done, ..Effect::default() }) {
            return Err(format!("it says nothing that goes wrong; the form is: {FORM}"));
        }
        if status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Err("status must be 200 to 599".to_owned());
        }
        if self.times == Some(0) {
            return Err("times must be at least 1".to_owned());
        }
        if !(self.probability > 0.0 && self.probability <= 1.0) {
            return Err("probability must be above 0 and at most 1".to_owned());
        }
        let of = |operations: &[&str]| self.operation.as_deref().is_some_and(|one| operations.contains(&one));
        if (empty_page || repeated_cursor) && !of(&LISTS) {
            return Err(format!("empty-page and repeated-cursor are for {}", LISTS.join(" and ")));
        }
        if outcome.is_some() && !of(&ACCEPTED) {
            return Err(format!("outcome is for what is accepted: {}", ACCEPTED.join(", ")));
        }
        if self.effect.setting.is_some()
            && (outcome.is_none() || self.operation.as_deref() != Some("update_group"))
        {
            return Err("setting goes with outcome, for update_group".to_owned());
        }
        let said_more =
            self.effect.details.is_some() || self.effect.retry_after_s.is_some() || self.effect.html;
        if said_more && status.is_none() && self.effect.code.is_none() {
            return Err("details, retry-after and html go with status or code".to_owned());
        }
        Ok(())
    }
}

fn number<T: FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name} takes a number, got {value:?}"))
}

const SETTINGS: [(&str, Setting); 3] =
    [("subject", Setting::Subject), ("description", Setting::Description), ("picture", Setting::Picture)];

fn setting(value: &str) -> Result<Setting, String> {
    let found = SETTINGS.iter().find(|(name, _)| *name == value).map(|(_, setting)| *setting);
    found.ok_or_else(|| format!("setting is subject, description or picture, got {value:?}"))
}

fn duration(name: &str, value: &str) -> Result<Duration, String> {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("{name}={value} has no unit, write {name}={value}s for seconds"));
    }
    // The same crate reads the durations of the command line.
    let span = value.parse::<jiff::Span>().ok();
    let parsed = span.and_then(|span| span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok());
    let parsed = parsed.and_then(|time| Duration::try_from(time).ok());
    let whole = parsed.filter(|time| (Duration::from_millis(1)..=LONGEST).contains(time));
    whole.ok_or_else(|| {
        format!("{name} takes a duration from 1ms to 1h, such as 300ms, 2s or 1m30s, got {value:?}")
    })
}

/// Words between spaces; a value may stand in double quotes.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut begun) = (false, false);
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                begun = true;
            }
            c if c.is_whitespace() && !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                    begun = false;
                }
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if quoted {
        return Err("a quotation mark is not closed".to_owned());
    }
    if begun {
        words.push(word);
    }
    Ok(words)
}

impl FromStr for Fault {
    type Err = crate::SandboxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::read(text)
            .map_err(|why| crate::SandboxError::invalid(format!("the fault {text:?} cannot be read: {why}")))
    }
}

impl TryFrom<String> for Fault {
    type Error = crate::SandboxError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, effect, times, skip, probability } = self;
        f.write_str(operation.as_deref().unwrap_or("*"))?;
        let mut pair = |name: &str, value: Option<String>| match value {
            Some(value) => write!(f, " {name}={value}"),
            None => Ok(()),
        };
        let text = |number: &Option<u32>| number.map(|number| number.to_string());
        let time = |time: Option<Duration>| time.map(|time| format!("{}ms", time.as_millis()));
        pair("status", effect.status.map(|status| status.to_string()))?;
        pair("code", text(&effect.code))?;
        pair("details", effect.details.as_ref().map(|details| format!("\"{details}\"")))?;
        pair("retry-after", effect.retry_after_s.map(|seconds| seconds.to_string()))?;
        pair("latency", time(effect.latency))?;
        pair("truncate", effect.truncate.map(|bytes| bytes.to_string()))?;
        pair("trickle", time(effect.trickle))?;
        pair("outcome", text(&effect.outcome))?;
        let named = SETTINGS.iter().find(|(_, setting)| Some(*setting) == effect.setting);
        pair("setting", named.map(|(name, _)| (*name).to_owned()))?;
        for (word, said) in [
            ("html", effect.html),
            ("stall", effect.stall),
            ("reset", effect.reset),
            ("empty-page", effect.empty_page),
            ("repeated-cursor", effect.repeated_cursor),
            ("done", effect.done),
        ] {
            if said {
                write!(f, " {word}")?;
            }
        }
        if let Some(times) = times {
            write!(f, " times={times}")?;
        }
        if *skip > 0 {
            write!(f, " skip={skip}")?;
        }
        if *probability < 1.0 {
            write!(f, " probability={probability}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_written_down_is_read_back_the_same() {
        for text in [
            "create_group status=500 done times=2",
            "* status=400 code=131208 details=\"slow down\" retry-after=3 probability=0.5",
            "get_group latency=1500ms",
            "list_groups empty-page times=1 skip=2",
            "list_join_requests repeated-cursor",
            "delete_group outcome=131000 times=1",
            "update_group outcome=131000 setting=description",
            "update_group truncate=12",
            "reset_invite_link reset done",
            "* status=502 html stall",
            "get_invite_link trickle=5ms",
        ] {
            let fault: Fault = text.parse().unwrap();
            let again: Fault = fault.to_string().parse().unwrap();
            assert_eq!(again, fault, "{text}");
        }
        for (text, millis) in
            [("2s", 2_000), ("1.5s", 1_500), ("300ms", 300), ("1m30s", 90_000), ("1h", 3_600_000)]
        {
            let fault = format!("* latency={text}").parse::<Fault>().unwrap();
            assert_eq!(fault.to_string(), format!("* latency={millis}ms"));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        for (text, expected) in [
            ("", "empty"),
            ("lists status=500", "list_groups"),
            ("*", "nothing that goes wrong"),
            ("* done", "nothing that goes wrong"),
            ("* status", "status=…"),
            ("* status=abc", "number"),
            ("* status=99", "200 to 599"),
            ("* stall=1", "no value"),
            ("* latency=5", "write latency=5s"),
            ("* latency=1mo", "300ms"),
            ("* latency=1e19s", "1h"),
            ("* trickle=0.0001s", "1ms"),
            ("* status=500 times=0", "at least 1"),
            ("* status=500 probability=2", "at most 1"),
            ("get_group empty-page", "list_groups"),
            ("* outcome=131000", "create_group"),
            ("* details=x", "go with"),
            ("delete_group outcome=1 setting=subject", "update_group"),
            ("update_group outcome=1 setting=colour", "subject"),
            ("* explode", "no word"),
            ("* details=\"x", "not closed"),
        ] {
            let said = text.parse::<Fault>().unwrap_err().to_string();
            assert!(said.contains(expected), "{text}: {said}");
        }
    }

    #[test]
    fn counts_are_used_up_and_skips_come_first() {
        let mut rng = Rng::with_seed(1);
        let fault: Fault = "* status=500 times=2 skip=1".parse().unwrap();
        let (hit, left) = fault.meet(&mut rng);
        assert!(!hit);
        let (hit, left) = left.unwrap().meet(&mut rng);
        assert!(hit);
        let (hit, left) = left.unwrap().meet(&mut rng);
        assert!(hit);
        assert_eq!(left, None);
    }

    #[test]
    fn a_probability_is_a_share_of_the_calls() {
        let mut rng = Rng::with_seed(1);
        let fault: Fault = "* status=500 probability=0.25".parse().unwrap();
        let hits = (0..10_000).filter(|_| fault.meet(&mut rng).0).count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
    }
}
