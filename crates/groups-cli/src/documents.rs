//! What the program tells of itself, as files: for those who package it.

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::{completion, topics};

/// A file: its name and what it holds.
pub type Document = (String, String);

/// The manual page of each command, the program's own first, as `wagroups man FOLDER` writes them.
#[must_use]
pub fn manual() -> Vec<Document> {
    let mut root = crate::command();
    root.build();
    let mut pages = Vec::new();
    add_page(&root, &mut pages);
    pages
}

/// The manual page of the program itself, as `wagroups man` prints it.
pub(crate) fn page() -> String {
    rendered(&Man::new(crate::command()))
}

/// The script of each shell, named as the shell looks for it, as `wagroups completions SHELL` prints it.
#[must_use]
pub fn completions() -> Vec<Document> {
    [
        (Shell::Bash, "wagroups.bash"),
        (Shell::Elvish, "wagroups.elv"),
        (Shell::Fish, "wagroups.fish"),
        (Shell::PowerShell, "wagroups.ps1"),
        (Shell::Zsh, "_wagroups"),
    ]
    .map(|(shell, name)| (name.to_owned(), completion::script(shell)))
    .to_vec()
}

/// The environment variables, as `wagroups help environment` tells them.
#[must_use]
pub fn environment() -> &'static str {
    topics::ENVIRONMENT
}

fn add_page(command: &Command, pages: &mut Vec<Document>) {
    let man = Man::new(command.clone());
    pages.push((man.get_filename(), rendered(&man)));
    for next in command.get_subcommands().filter(|next| !next.is_hide_set()) {
        add_page(next, pages);
    }
}

fn rendered(man: &Man) -> String {
    let mut page = Vec::new();
    // Writing to memory cannot fail.
    let _ = man.render(&mut page);
    String::from_utf8_lossy(&page).into_owned()
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn there_is_a_script_for_each_shell() {
        assert_eq!(completions().len(), Shell::value_variants().len());
    }
}
