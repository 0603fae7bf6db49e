//! Options of the commands that take many: where the rows come from. Form only; see the module above.

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

/// Where in the file to begin.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct StartLine {
    /// Begin at this line of FILE, as after an interruption.
    #[arg(long, value_name = "N", requires = "from", value_parser = super::whole())]
    pub(crate) start_line: Option<u64>,
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
