//! Taking a key from the user: typed at a terminal without being shown, or from standard input. Never from the command
//! line. Whatever happens at the terminal, it shows again afterwards what is typed.

use std::io::{IsTerminal, Read};

use groups_model::pasted::clean_key;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use crate::accounts::{KEY_MAX, Patience};
use crate::args::Globals;
use crate::failure::{Failure, Kind};
use crate::output;

/// Asks for a key, or reads it where nobody can be asked. Ctrl-C is heard by whoever runs the command, and drops this.
pub(crate) async fn key(question: &str, globals: &Globals, command: &str) -> Result<SecretString, Failure> {
    let unread = |error: std::io::Error| {
        if error.kind() == std::io::ErrorKind::InvalidData {
            return no_key("what was given is no key: it is no text", command);
        }
        Failure::local(Kind::Usage, command, format!("the key cannot be read: {error}"))
            .with_remedy("Give it on standard input, or run this at a terminal.")
    };
    if !std::io::stdin().is_terminal() {
        let patience = Patience::of_input(globals);
        // On a thread that can be left behind: what writes to the pipe may never end.
        let (tell, told) = tokio::sync::oneshot::channel();
        let thread = std::thread::Builder::new().name("stdin".to_owned());
        thread.spawn(move || drop(tell.send(piped()))).map_err(unread)?;
        return match patience.wait("", told).await {
            Some(Ok(read)) => taken(&read.map_err(unread)?, command),
            Some(Err(_)) => Err(no_key("no key was given", command)),
            None => {
                let seconds = patience.seconds();
                Err(no_key(&format!("standard input did not end within {seconds} s"), command))
            }
        };
    }
    if !std::io::stderr().is_terminal() {
        return Err(Failure::usage(command, "there is no terminal to ask for the key at")
            .with_remedy("Let standard error go to the terminal, or give the key on standard input."));
    }
    let asking = Asking::begin(question).map_err(unread)?;
    let typed = tokio::task::spawn_blocking(terminal::line).await;
    drop(asking);
    taken(&typed.map_err(std::io::Error::from).and_then(|typed| typed).map_err(unread)?, command)
}

/// While it lives, the terminal does not show what is typed; it does so again however asking ends.
struct Asking(#[expect(dead_code, reason = "it undoes what it did when it is dropped")] terminal::Hidden);

impl Asking {
    fn begin(question: &str) -> std::io::Result<Self> {
        let hidden = terminal::Hidden::new()?;
        output::prompt(question);
        Ok(Self(hidden))
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        output::end_question();
    }
}

fn piped() -> std::io::Result<Zeroizing<String>> {
    // Room for all of it from the start, so that growing leaves no copies behind.
    let mut text = Zeroizing::new(String::with_capacity(KEY_MAX + 2));
    std::io::stdin().lock().take(KEY_MAX as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}

fn taken(text: &str, command: &str) -> Result<SecretString, Failure> {
    match clean_key(text) {
        Ok("") => Err(no_key("no key was given", command)),
        _ if text.trim().len() > KEY_MAX => {
            Err(no_key("the text that was given is too long to be a key", command))
        }
        Ok(key) => Ok(SecretString::from(key)),
        Err(flaw) => {
            Err(no_key(&format!("the key that was given {flaw}"), command).with_remedy(flaw.advice()))
        }
    }
}

fn no_key(problem: &str, command: &str) -> Failure {
    Failure::local(Kind::Usage, command, problem).with_remedy(
        "Type it at the prompt, or give it alone on standard input: `wagroups auth login < FILE`.",
    )
}

#[cfg(unix)]
mod terminal {
    use std::io::Read;

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
    use secrecy::zeroize::Zeroizing;

    use super::KEY_MAX;

    /// While it lives, the terminal does not show what is typed.
    pub(super) struct Hidden(Termios);

    impl Hidden {
        pub(super) fn new() -> std::io::Result<Self> {
            let before = tcgetattr(std::io::stdin())?;
            let mut hiding = before.clone();
            hiding.local_modes.remove(LocalModes::ECHO);
            // The end of the line is shown: it is the only sign that it was taken.
            tcsetattr(std::io::stdin(), OptionalActions::Flush, &hiding)?;
            Ok(Self(before))
        }
    }

    impl Drop for Hidden {
        fn drop(&mut self) {
            // What was typed and not read is a part of the key; it must not go to the shell.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &self.0);
        }
    }

    /// A line, read past the buffer of standard input, which would keep it.
    pub(super) fn line() -> std::io::Result<Zeroizing<String>> {
        use std::os::fd::AsFd;

        let mut input = std::fs::File::from(std::io::stdin().as_fd().try_clone_to_owned()?);
        let mut bytes = Zeroizing::new(vec![0; KEY_MAX + 2]);
        let mut count = 0;
        while count < bytes.len() && !bytes[..count].contains(&b'\n') {
            match input.read(&mut bytes[count..])? {
                0 => break,
                read => count += read,
            }
        }
        let text = std::str::from_utf8(&bytes[..count])
            .map_err(|_| std::io::Error::from(std::io::ErrorKind::InvalidData))?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

#[cfg(not(unix))]
mod terminal {
    use secrecy::zeroize::Zeroizing;

    /// Reading sees to it here.
    pub(super) struct Hidden;

    impl Hidden {
        pub(super) fn new() -> std::io::Result<Self> {
            Ok(Self)
        }
    }

    pub(super) fn line() -> std::io::Result<Zeroizing<String>> {
        rpassword::read_password().map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_key_is_one_word_and_is_not_told_where_it_is_none() {
        let read = |text: &str| match taken(text, "auth login") {
            Ok(key) => key.expose_secret().to_owned(),
            Err(failure) => failure.report.message,
        };
        assert_eq!(read(" k-1 \r\n"), "k-1");
        for bad in [
            "",
            " \n",
            "s3cret one",
            "s3cret\ntwo",
            "s3cret\u{7}x",
            "\"s3cret\"",
            "\u{feff}s3cret",
            &"s3cret".repeat(1_000),
        ] {
            let said = read(bad);
            assert!(said.contains("given") && !said.contains("s3cret"), "{said}");
        }
    }
}
