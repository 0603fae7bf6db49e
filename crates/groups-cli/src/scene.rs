//! Where a command stands: its name, its group and the global options it was given. From these come the command
//! lines that messages suggest. Pure; it knows nothing of clients or output.

use crate::args::Globals;

/// The setting of one command.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    command: &'static str,
    group: Option<String>,
    user: Option<String>,
    /// Whether the embedded sandbox is asked.
    embedded: bool,
    /// Whether a command about sandboxes acts on a served one.
    served: bool,
    given: Given,
}

/// Global options as they stood on the command line; what came from the environment is there next time, too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// Where the command goes: `--sandbox`, `--profile`, `--base-url`.
    target: Vec<String>,
    config_dir: Vec<String>,
    /// How results are shown: `-o`, `--fields`, `--jq`.
    shown: Vec<String>,
}

impl Given {
    pub(crate) fn of(globals: &Globals) -> Self {
        let mut target = Vec::new();
        let mut config_dir = Vec::new();
        if globals.sandbox {
            target.push("--sandbox".to_owned());
        }
        if let Some(profile) = globals.profile.as_ref().filter(|_| !globals.sandbox) {
            target.push(format!("--profile {}", quoted(profile)));
        }
        if let Some(url) = &globals.base_url {
            target.push(format!("--base-url {}", quoted(url)));
        }
        if let Some(dir) = &globals.config_dir {
            config_dir.push(format!("--config-dir {}", quoted(&dir.to_string_lossy())));
        }
        let mut shown = Vec::new();
        if let Some(format) = globals.output {
            shown.push(format!("-o {}", format.name()));
        }
        if !globals.fields.is_empty() {
            shown.push(format!("--fields {}", quoted(&globals.fields.join(","))));
        }
        if let Some(expression) = &globals.jq {
            shown.push(format!("--jq {}", quoted(expression)));
        }
        Self { target, config_dir, shown }
    }
}

impl Scene {
    pub(crate) fn new(command: &'static str, given: Given) -> Self {
        Self { command, given, ..Self::default() }
    }

    /// Where the ids of groups are found; also said to those who have tried a subject where only an id is taken.
    pub(crate) fn groups_and_ids(&self) -> String {
        let list = self.line("list --all");
        match self.command {
            "delete" | "participants remove" => {
                format!("`{}` takes ids only, no subjects; `{list}` prints both.", self.command)
            }
            _ => format!("`{list}` prints the groups and their ids."),
        }
    }

    pub(crate) fn of_group(mut self, group: &str) -> Self {
        self.group = Some(group.to_owned());
        self
    }

    pub(crate) fn of_user(mut self, user: &str) -> Self {
        self.user = Some(user.to_owned());
        self
    }

    pub(crate) fn embedded(mut self) -> Self {
        self.embedded = true;
        self
    }

    /// A command about sandboxes acts on a served one.
    pub(crate) fn of_served(mut self) -> Self {
        self.served = true;
        self
    }

    pub(crate) fn is_embedded(&self) -> bool {
        self.embedded
    }

    /// How webhooks come from a sandbox, where the embedded one is asked.
    pub(crate) fn deliveries(&self) -> String {
        format!(
            "The embedded sandbox delivers no webhooks; `{}` does, and `{}` receives them.",
            self.local("sandbox serve --webhook URL"),
            self.local("listen")
        )
    }

    /// The command's words, such as `requests list`.
    pub(crate) fn command(&self) -> &'static str {
        self.command
    }

    /// The command with its group and nothing else.
    pub(crate) fn again(&self) -> String {
        match &self.group {
            Some(group) => format!("{} {}", self.command, quoted(group)),
            None => self.command.to_owned(),
        }
    }

    /// The group's id, fit for a command line.
    pub(crate) fn group_or_placeholder(&self) -> String {
        self.group.as_deref().map_or_else(|| "GROUP".to_owned(), quoted)
    }

    pub(crate) fn user_or_placeholder(&self) -> String {
        self.user.as_deref().map_or_else(|| "USER".to_owned(), quoted)
    }

    /// A whole command line that goes where this command went.
    pub(crate) fn line(&self, rest: &str) -> String {
        joined(rest, [&self.given.target, &self.given.config_dir])
    }

    /// A whole command line that goes where this command went and shows its results in the same way.
    pub(crate) fn same_line(&self, rest: &str) -> String {
        joined(rest, [&self.given.target, &self.given.config_dir, &self.given.shown])
    }

    /// A command line for the sandbox that this command acts on: the served one that its options or the environment
    /// name, else the embedded one.
    pub(crate) fn in_sandbox(&self, rest: &str) -> String {
        if self.served {
            return self.line(rest);
        }
        joined(rest, [&vec!["--sandbox".to_owned()], &self.given.config_dir])
    }

    /// A command line that needs no client.
    pub(crate) fn local(&self, rest: &str) -> String {
        joined(rest, [&self.given.config_dir])
    }
}

fn joined<const N: usize>(rest: &str, options: [&Vec<String>; N]) -> String {
    let mut line = format!("wagroups {rest}");
    for option in options.into_iter().flatten() {
        line.push(' ');
        line.push_str(option);
    }
    line
}

/// As a POSIX shell takes it for one word.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,+@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Format;

    #[test]
    fn suggested_lines_go_where_the_command_went() {
        let globals = Globals {
            sandbox: true,
            config_dir: Some("/tmp/my dir".into()),
            output: Some(Format::Json),
            fields: vec!["id".into(), "subject".into()],
            ..Globals::default()
        };
        let scene = Scene::new("list", Given::of(&globals));
        assert_eq!(scene.line("get x"), "wagroups get x --sandbox --config-dir '/tmp/my dir'");
        assert_eq!(
            scene.same_line("list"),
            "wagroups list --sandbox --config-dir '/tmp/my dir' -o json --fields id,subject"
        );
        assert_eq!(scene.local("sandbox reset"), "wagroups sandbox reset --config-dir '/tmp/my dir'");
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_split_or_expand_them() {
        for (text, expected) in
            [("QVFI=", "QVFI="), ("a b", "'a b'"), ("it's", r"'it'\''s'"), ("$HOME", "'$HOME'"), ("", "''")]
        {
            assert_eq!(quoted(text), expected);
        }
    }
}
