//! Options of the commands that take many: where the rows come from. Form only; see the module above.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `--from`, for commands that take many.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct From {
    /// Take many from this file, a row each, 64 MiB at most; - is stdin. `wagroups help from` tells formats and columns.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,

    /// What FILE is, where neither its name nor its content tells.
    #[arg(long, value_name = "FORMAT", requires = "from")]
    pub(crate) from_format: Option<SheetFormat>,
}

/// Which rows of the file to take.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct StartLine {
    /// Begin at this line of FILE, as after an interruption.
    #[arg(long, value_name = "N", requires = "from", value_parser = super::whole())]
    pub(crate) start_line: Option<u64>,

    /// Take only the rows that begin at these lines of FILE, such as 7,8,32-40; 32- is from there to the end.
    #[arg(long, value_name = "LINES", requires = "from", conflicts_with = "start_line", value_parser = Lines::parse)]
    pub(crate) lines: Option<Lines>,
}

impl StartLine {
    /// Whether the row at this line is to be taken.
    pub(crate) fn takes(&self, line: u64) -> bool {
        self.start_line.is_none_or(|start| line >= start)
            && self.lines.as_ref().is_none_or(|lines| lines.0.iter().any(|range| range.contains(&line)))
    }

    /// The option that was given.
    pub(crate) fn option(&self) -> Option<&'static str> {
        match (self.start_line, &self.lines) {
            (Some(_), _) => Some("--start-line"),
            (_, Some(_)) => Some("--lines"),
            (None, None) => None,
        }
    }
}

/// Lines of a file, as a person names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lines(Vec<RangeInclusive<u64>>);

impl Lines {
    fn parse(text: &str) -> Result<Self, String> {
        let number = |text: &str| match text.trim().parse::<u64>() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(format!("lines are numbers from 1, such as 7,8,32-40, got {text:?}")),
        };
        let range = |part: &str| match part.split_once('-') {
            None => number(part).map(|line| line..=line),
            Some((first, last)) if last.trim().is_empty() => Ok(number(first)?..=u64::MAX),
            Some((first, last)) => match (number(first)?, number(last)?) {
                (first, last) if first <= last => Ok(first..=last),
                _ => Err(format!("the range {part:?} ends before it begins")),
            },
        };
        text.split(',').map(range).collect::<Result<_, _>>().map(Self)
    }

    /// Those that are named one by one.
    pub(crate) fn single(&self) -> impl Iterator<Item = u64> {
        self.0.iter().filter(|range| range.start() == range.end()).map(|range| *range.start())
    }

    /// Some rows of all as a text that names them and no others. `all`: the lines of all rows, in their order, and
    /// whether each is one of them.
    pub(crate) fn told(all: impl IntoIterator<Item = (u64, bool)>) -> String {
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        let mut follows = false;
        for (line, is_one) in all {
            match ranges.last_mut().filter(|_| is_one && follows) {
                Some((_, last)) => *last = line,
                None if is_one => ranges.push((line, line)),
                None => {}
            }
            follows = is_one;
        }
        let text = |(first, last): (u64, u64)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        };
        ranges.into_iter().map(text).collect::<Vec<_>>().join(",")
    }
}

/// How rows are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SheetFormat {
    /// Comma-separated values with a header; semicolons and tabs are recognised.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// One id per line.
    Lines,
}

impl SheetFormat {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Lines => "lines",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_named_one_by_one_and_in_ranges() {
        let taken = |text| {
            let start = StartLine { start_line: None, lines: Some(Lines::parse(text).unwrap()) };
            (1..12).filter(|line| start.takes(*line)).collect::<Vec<_>>()
        };
        assert_eq!(taken("7"), [7]);
        assert_eq!(taken("2, 4-5,10-"), [2, 4, 5, 10, 11]);
        assert_eq!(Lines::parse("2,4-5,7").unwrap().single().collect::<Vec<_>>(), [2, 7]);
        for text in ["", "0", "x", "5-4", "3,", "-3", "1-2-3"] {
            assert!(Lines::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_told_names_these_rows_and_no_others() {
        // A row of several lines, and lines without a row.
        let rows = [2, 3, 5, 9, 10, 11, 12];
        for bits in 0..1 << rows.len() {
            let is_one = |place: usize| bits & (1 << place) != 0;
            let told = Lines::told(rows.iter().enumerate().map(|(place, line)| (*line, is_one(place))));
            let start = StartLine { start_line: None, lines: Lines::parse(&told).ok() };
            for (place, line) in rows.iter().enumerate().filter(|_| bits != 0) {
                assert_eq!(start.takes(*line), is_one(place), "{told}");
            }
        }
        assert_eq!(Lines::told([(7, true), (8, true), (20, false), (32, true), (40, true)]), "7-8,32-40");
        assert_eq!(Lines::told([(7, false)]), "");
    }
}
