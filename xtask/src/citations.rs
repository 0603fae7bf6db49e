//! Each "Facts 1.3" in code, docs and the API document must lead to a section of docs/api-facts.md. The names of the
//! conformance checks' sections must be its headings.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::lint::Finding;
use crate::workspace;

/// The page that citations lead to.
const PAGE: &str = "docs/api-facts.md";
/// Where citations occur. A folder counts with everything in it.
const PLACES: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "crates",
    "docs",
    "spec",
    "tests",
    "xtask",
];
const ENDINGS: &[&str] = &["md", "py", "rs", "toml", "yaml", "yml"];
/// Words of the conformance suite that are headings, or begin with a citation.
const CATALOG: &str = "crates/groups-sandbox/src/conformance/catalog.rs";
const VARIANTS: &str = "crates/groups-sandbox/src/conformance/variant.rs";
const REPAIR: &str =
    "cite a section of docs/api-facts.md, or add the fact there with its source and confidence";

/// A section of the page.
#[derive(Debug, Default, PartialEq, Eq)]
struct Section {
    heading: String,
    /// The labels of its lists: `**e**` of "- **e**: …", `16` of "16. …".
    items: BTreeSet<String>,
}

type Sections = BTreeMap<String, Section>;

/// One section that a text cites, and one item of it if it names one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Citation {
    line: usize,
    section: String,
    item: Option<String>,
}

pub(crate) fn findings() -> Result<Vec<Finding>> {
    let root = workspace::root();
    let read =
        |path: &Path| std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()));
    let sections = sections(&read(&root.join(PAGE))?);
    let mut files = Vec::new();
    for place in PLACES {
        collect(&root.join(place), &mut files)?;
    }
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let place = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        found.extend(check(&place, &read(&file)?, &sections));
    }
    Ok(found)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            let entry = entry?.path();
            let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name != "target" && !name.starts_with('.') {
                collect(&entry, files)?;
            }
        }
    } else if path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known)) {
        files.push(path.to_owned());
    }
    Ok(())
}

/// The sections of the page by their number.
fn sections(page: &str) -> Sections {
    let mut sections = Sections::new();
    let mut current: Option<String> = None;
    for line in page.lines() {
        let heading = line.strip_prefix("## ").or_else(|| line.strip_prefix("### "));
        if let Some(heading) = heading {
            current = number(heading).map(|(number, _)| number.to_owned());
            if let Some(number) = &current {
                sections
                    .insert(number.clone(), Section { heading: heading.to_owned(), ..Section::default() });
            }
        } else if let Some(section) = current.as_ref().and_then(|number| sections.get_mut(number)) {
            let label = line.strip_prefix("- **").and_then(|rest| rest.split_once("**"));
            let counted =
                line.split_once(". ").filter(|(n, _)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
            section.items.extend(label.or(counted).map(|(label, _)| label.to_owned()));
        }
    }
    sections
}

/// What a file cites that does not exist.
fn check(place: &str, text: &str, sections: &Sections) -> Vec<Finding> {
    let mut cited = citations(text);
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let quoted = line.split_once('"').map(|(_, rest)| rest);
        match quoted.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            Some(rest) if place == VARIANTS => cited.extend(references(rest, &|_| index + 1)),
            Some(rest) if place == CATALOG && line.starts_with("const ") => {
                let heading = rest.split('"').next().unwrap_or_default();
                if !sections.values().any(|section| section.heading == heading) {
                    found.push(finding(place, index + 1, format!("{PAGE} has no heading \"{heading}\"")));
                }
            }
            _ => {}
        }
    }
    for Citation { line, section, item } in cited {
        let problem = match (sections.get(&section), item) {
            (None, _) => format!("{PAGE} has no section {section}"),
            (Some(of), Some(item)) if !of.items.contains(&item) => {
                format!("section {section} of {PAGE} has no item {item}")
            }
            _ => continue,
        };
        found.push(finding(place, line, problem));
    }
    found
}

fn finding(place: &str, line: usize, problem: String) -> Finding {
    Finding { place: format!("{place}:{line}"), problem, repair: REPAIR.to_owned() }
}

/// Every citation of a text. One may continue on the next line, behind the mark of a comment.
fn citations(text: &str) -> Vec<Citation> {
    let mut joined = String::with_capacity(text.len());
    let mut starts = Vec::new();
    for line in text.lines() {
        starts.push(joined.len());
        let line = line.trim_start();
        let marks = ["//!", "///", "//", "#:", "#", "* "];
        let line = marks.iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line);
        joined.push_str(line.trim());
        joined.push(' ');
    }
    let line_of = |offset: usize| starts.partition_point(|start| *start <= offset);
    let mut found = Vec::new();
    for (offset, word) in joined.match_indices("Facts ") {
        let is_word = !joined[..offset].ends_with(|c: char| c.is_alphanumeric());
        if is_word {
            found.extend(references(&joined[offset + word.len()..], &|_| line_of(offset)));
        }
    }
    found
}

/// The sections that a text begins with: `1.3`, `1.2, 1.4 and 3`, `4.2 e, h`, `8 items 3 and 4`, `8 no. 1, 7.3 no. 2`.
fn references(mut text: &str, line: &impl Fn(&str) -> usize) -> Vec<Citation> {
    let mut found = Vec::new();
    while let Some((section, rest)) = number(text) {
        let line = line(text);
        let cite = |item: Option<&str>| Citation {
            line,
            section: section.to_owned(),
            item: item.map(str::to_owned),
        };
        found.push(cite(None));
        text = rest;
        if let Some((several, rest)) = counted(text) {
            text = rest;
            while let Some((item, rest)) = digits(text) {
                found.push(cite(Some(item)));
                text = rest;
                match text.strip_prefix(" and ").filter(|rest| several && digits(rest).is_some()) {
                    Some(rest) => text = rest,
                    None => break,
                }
            }
        } else {
            let mut next = text.strip_prefix(' ');
            while let Some((label, rest)) = next.and_then(label) {
                found.push(cite(Some(label)));
                text = rest;
                next = text.strip_prefix(", ");
            }
        }
        let separators = [", ", " and ", " or ", " to "];
        match separators.iter().find_map(|separator| text.strip_prefix(separator)) {
            Some(rest) => text = rest,
            None => break,
        }
    }
    found
}

/// What announces the number of an item, and whether several may follow.
fn counted(text: &str) -> Option<(bool, &str)> {
    let words = [(" items ", true), (" item ", false), (" no. ", true)];
    words.iter().find_map(|(word, several)| Some((*several, text.strip_prefix(word)?)))
}

/// `e` or `D1`, as the page labels its lists.
fn label(text: &str) -> Option<(&str, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (label, rest) = text.split_at(length);
    let mut letters = label.chars();
    let first = letters.next()?;
    let is_letter = first.is_ascii_lowercase() && length == 1;
    let is_envelope = first.is_ascii_uppercase() && letters.all(|c| c.is_ascii_digit());
    // "a" may be an article: "Facts 1.3 a client …".
    let is_article = label == "a" && rest.starts_with(' ');
    ((is_letter || is_envelope) && !is_article).then_some((label, rest))
}

/// `1`, `1.3` or `10.`: the number of a section, without a dot that ends a sentence.
fn number(text: &str) -> Option<(&str, &str)> {
    let (first, rest) = digits(text)?;
    let length = match rest.strip_prefix('.').and_then(digits) {
        Some((second, _)) => first.len() + 1 + second.len(),
        None => first.len(),
    };
    Some(text.split_at(length))
}

fn digits(text: &str) -> Option<(&str, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    (length > 0).then(|| text.split_at(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE_TEXT: &str = "# Page\n\n## 3. Limits\n\n### 4.2 field `x`\n\n- **a**: joined\n- **e**: removed\n\n\
        ### 2.1 Envelopes\n\n- **D1**: gateway\n\n## 8. Disagreements\n\n1. List\n16. Quotes\n\n## Not numbered\n- **z**: no\n";

    fn cited(text: &str) -> Vec<String> {
        let show = |c: &Citation| match &c.item {
            Some(item) => format!("{}:{} {item}", c.line, c.section),
            None => format!("{}:{}", c.line, c.section),
        };
        citations(text).iter().map(show).collect()
    }

    /// The word is put together here, so that this file does not cite what does not exist.
    fn facts(text: &str) -> String {
        text.replace('§', "Facts")
    }

    #[test]
    fn every_form_of_a_citation_is_read() {
        for (text, expected) in [
            ("(§ 1.3)", &["1:1.3"][..]),
            ("as § 4 says. § 4.", &["1:4", "1:4"]),
            ("§ 1.2, 1.4 and 3; § 4.1 to 4.4", &["1:1.2", "1:1.4", "1:3", "1:4.1", "1:4.4"]),
            ("(§ 4.2 e, h, 6)", &["1:4.2", "1:4.2 e", "1:4.2 h", "1:6"]),
            ("§ 2.1 D1, § 2.1 I", &["1:2.1", "1:2.1 D1", "1:2.1", "1:2.1 I"]),
            ("§ 8 item 16, § 8 items 3 and 4", &["1:8", "1:8 16", "1:8", "1:8 3", "1:8 4"]),
            ("§ 1.3 a client sends; § 1.3 and the rest of 1.7", &["1:1.3", "1:1.3"]),
            ("/// text (§\n    /// 1.2,\n    //! 1.4)", &["1:1.2", "1:1.4"]),
            ("x\ny: (GUPSHUP;\n   § 1.6)", &["3:1.6"]),
            ("Artefacts 1.3, § n, no §", &[]),
        ] {
            assert_eq!(cited(&facts(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_citation_without_a_target_is_a_finding() {
        let sections = sections(PAGE_TEXT);
        let problems = |place: &str, text: &str| -> Vec<String> {
            check(place, &facts(text), &sections)
                .into_iter()
                .map(|f| format!("{} {}", f.place, f.problem))
                .collect()
        };
        let good = "§ 3, § 4.2 a, e, § 2.1 D1, § 8 items 1 and 16";
        assert_eq!(problems("a.rs", good), [""; 0]);
        assert_eq!(problems("a.rs", "x\n// § 9.9"), ["a.rs:2 docs/api-facts.md has no section 9.9"]);
        assert_eq!(problems("a.md", "§ 4.2 z"), ["a.md:1 section 4.2 of docs/api-facts.md has no item z"]);
        assert_eq!(problems("a.md", "§ 8 item 17"), ["a.md:1 section 8 of docs/api-facts.md has no item 17"]);
        assert_eq!(problems("a.md", "§ 8, 12"), ["a.md:1 docs/api-facts.md has no section 12"]);
        assert_eq!(problems(CATALOG, "const LIMITS: &str = \"3. Limits\";"), [""; 0]);
        assert_eq!(problems(CATALOG, "const LIMITS: &str = \"3. Bounds\";").len(), 1);
        assert_eq!(problems(VARIANTS, "x => \"8 no. 1, 4.2 e: flat\","), [""; 0]);
        assert_eq!(problems(VARIANTS, "x => \"8 no. 1, 7.3 no. 1: flat\",").len(), 2);
    }

    #[test]
    fn the_page_and_the_workspace_agree() {
        let found = findings().unwrap();
        assert!(found.is_empty(), "{found:#?}");
        let page = std::fs::read_to_string(workspace::root().join(PAGE)).unwrap();
        let sections = sections(&page);
        assert!(sections.len() > 30, "{:?}", sections.keys());
        assert!(sections["4.2"].items.contains("h") && sections["8"].items.contains("28"));
    }
}
