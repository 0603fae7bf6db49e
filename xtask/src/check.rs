//! `cargo xtask check`: verifies what the compiler and the tests cannot see. Writes nothing.

use anyhow::{Context, Result, bail};

use crate::lint::Finding;
use crate::mode::Mode;
use crate::{arrows, artefact, citations, output, spec_lint, workspace};

pub(crate) fn run() -> Result<()> {
    let mut problems = 0;
    problems += report("the spec", spec_lint::findings()?);
    problems += report("the arrows between the crates", arrows::findings()?);
    problems += report("the citations of docs/api-facts.md", citations::findings()?);
    problems += report("the generated files", stale());
    match problems {
        0 => Ok(()),
        1 => bail!("1 problem"),
        _ => bail!("{problems} problems"),
    }
}

pub(crate) fn report(subject: &str, findings: Vec<Finding>) -> usize {
    if findings.is_empty() {
        output::say(format_args!("ok: {subject}"));
    }
    for finding in &findings {
        output::say(finding);
    }
    findings.len()
}

/// Every generated file that is not as it would be made now. One that cannot be made does not hide the others.
fn stale() -> Vec<Finding> {
    let mut findings = Vec::new();
    for artefact in artefact::ALL {
        let paths = (artefact.make)()
            .with_context(|| format!("making {}", artefact.name))
            .and_then(|files| Mode::Check.settle(&workspace::root(), &files));
        match paths {
            Ok(paths) => findings.extend(paths.into_iter().map(|path| Finding {
                place: path,
                problem: "it is not what would be generated now".to_owned(),
                repair: "cargo xtask regen".to_owned(),
            })),
            Err(error) => findings.push(Finding {
                place: artefact.name.to_owned(),
                problem: format!("{error:#}"),
                repair: "see the message, then run `cargo xtask regen`".to_owned(),
            }),
        }
    }
    findings
}
