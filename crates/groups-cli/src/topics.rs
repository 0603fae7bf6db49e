//! The topics of `wagroups help`: what is the same for every command, told once. Pure text; the tests hold it to the
//! code.

use crate::near;

/// What ends how.
const EXIT_CODES: &str = "\
Exit codes of wagroups

  0    Done. An empty list is done, too.
  1    Refused by the API, or any failure that is not listed below.
  2    Usage: bad arguments, values that break a documented limit, confirmation needed.
  3    No key, a bad key, no right, not eligible, or a bad configuration.
  4    Not found: no such group, join request or participant.
  5    Rate limited after all repeats.
  6    Network, timeout, or a write whose answer was lost: it may or may not have happened; the message says which.
  7    Mixed: some items or settings were done, or accepted and not seen in time, and some were not. Where all failed, it
       is that error's own code, or 1 if they differ.
  8    Accepted, but the outcome was not seen in time; what was accepted is still printed.
  130  Interrupted by Ctrl-C; also where that is how it ends, as with listen and events tail.

A reader that goes away (`wagroups list | head`) ends the output quietly, with 0.

Examples:
  wagroups get GROUP || test $? -ne 4 || echo 'no such group'
  wagroups help error 131208
  wagroups help error group_unknown
";

/// What is read from the environment.
pub(crate) const ENVIRONMENT: &str = "\
Environment variables of wagroups

An option beats its variable, a variable beats the account, the account beats the default. White space around a value is removed;
quotation marks around it, and invisible and control characters, are refused by the name of the variable. `doctor` checks all of
them. Exceptions:

  - SSL_CERT_FILE, SSL_CERT_DIR, DBUS_SESSION_BUS_ADDRESS: white space around the value is refused, not removed.
  - WAGROUPS_COMPLETE, NO_COLOR, CLICOLOR_FORCE, TERM: not checked; a value that is not understood is ignored.
  - An empty variable counts as not set. SSL_CERT_FILE, WAGROUPS_WEBHOOK_SECRET, WAGROUPS_WEBHOOK_HEADER and
    WAGROUPS_FORWARD_SECRET must not be empty.

  D360_API_KEY                   The API key, in place of an account; only --profile is stronger. It is shown nowhere.
  WAGROUPS_PROFILE               Which account to use, as --profile, where D360_API_KEY is not set.
  WAGROUPS_BASE_URL              Where the API is, as --base-url.
  WAGROUPS_SANDBOX               1: use the embedded sandbox, as --sandbox. 0: do not.
  WAGROUPS_CONFIG_DIR            Where state and accounts are kept, as --config-dir.
  WAGROUPS_OUTPUT                How results are printed, as --output.
  WAGROUPS_LOG                   What is logged to stderr, as filter directives; beats -v.
  WAGROUPS_LOG_FILE              Where to add a log with times, as --log-file.
  WAGROUPS_WEBHOOK_SECRET        What webhooks are signed with; several with spaces between.
  WAGROUPS_WEBHOOK_HEADER        A header that webhooks have to come with, as `name: value`.
  WAGROUPS_FORWARD_SECRET        What forwarded webhooks are signed with.
  WAGROUPS_WEBHOOK_VERIFY_TOKEN  The token of Meta's verification handshake.
  XDG_CONFIG_HOME                An absolute path. Accounts are kept in wagroups below it, unless --config-dir is given.
  WAGROUPS_COMPLETE              Set by the scripts of `completions` alone: which shell asks what could follow.
  XDG_STATE_HOME                 An absolute path. State is kept in wagroups below it, unless --config-dir is given.
  HOME                           An absolute path. Both are kept below it if the above are not set.
  HTTPS_PROXY, ALL_PROXY         The proxy for https, such as http://USER:PASSWORD@proxy.example:3128; HTTPS_PROXY is stronger.
                                 Also socks5:// and socks5h://. None is used for localhost.
  HTTP_PROXY                     The proxy for http: only for webhooks that are forwarded to an http address.
  NO_PROXY                       Hosts without a proxy, with commas between: names (with all names below them), addresses,
                                 networks such as 10.0.0.0/8, or *. Lower case names of these four count, too.
  SSL_CERT_FILE                  A PEM file of CA certificates, read in place of the system's (not on macOS and Windows).
                                 Must not be empty.
  SSL_CERT_DIR                   Folders of such files, with colons between, also in place of the system's.
  DBUS_SESSION_BUS_ADDRESS       Linux: where the keyring is asked for.
  NO_COLOR                       Anything: no colours in help and drawings. --color is stronger.
  CLICOLOR_FORCE                 Anything but 0: colours wherever the output goes. NO_COLOR and --color are stronger.
  TERM                           dumb: no progress and, unless forced as above, no colours.

Examples:
  WAGROUPS_SANDBOX=1 wagroups list
  WAGROUPS_OUTPUT=jsonl wagroups list --all
";

/// How results are printed.
const OUTPUT: &str = "\
Output of wagroups

Results go to stdout; errors, notes and questions go to stderr. Times are RFC 3339 in UTC. What is absent is unknown;
fields that the server adds are kept under `extra`.

  -o table  For people, and the default. Not for programs: it may change. Rows come as pages arrive; the first page decides
            which columns there are and how wide they are. On a terminal it fits its width: what has no room is cut, which
            shows as `…` (an `…` at the end of the header: there are further columns), and times are distances such as
            `3 hours ago`. Elsewhere nothing is cut. Control characters in a subject are shown as escapes.
  -o json   One document: an array for lists, an object otherwise. A list is closed even if a page fails.
  -o jsonl  One object per line, as pages arrive.
  -o yaml   One document, read alike by YAML 1.1 and 1.2.
  -o csv    RFC 4180: a header, lines that end in CR LF, rows as pages arrive. A list has a column for each field of its
            type, whatever it holds. What is nested is JSON. A cell that a spreadsheet would take for a formula, as it
            begins with = + - @ or a control character, gets an apostrophe before it; numbers, times and phone numbers
            (+ and digits) stay as they are.

  --fields A,B  Ask for and show these fields, in this order.
  --jq EXPR     Filter the JSON with a jq expression: the whole document, or each line with -o jsonl. Text is printed
                bare, everything else as JSON in one line. It sees neither files nor the environment.

With json and jsonl, and without -v, an error is the whole of stderr: {\"error\":{\"kind\":...,\"message\":...}}. `listen`, which runs
on, also writes notices there, one document per line: {\"log\":{\"level\":...,\"message\":...}}. `wagroups schema` prints the
JSON Schema of each type of result, and of errors.

Examples:
  wagroups list -o csv > groups.csv
  wagroups list --all -o jsonl --jq 'select(.subject | test(\"Trip\")) | .id'
  wagroups get GROUP -o json --fields subject,participants
";

/// Files of rows.
const FROM: &str = "\
Many at once, from a file: --from FILE, or --from - for stdin

  csv    A header, then a row each. Commas, semicolons or tabs, or the separator that a first line such as sep=; names;
         quotes as in RFC 4180; UTF-8, with or without a mark.
  jsonl  A JSON object per line.
  lines  An id per line. For create a subject per line, where --from-format lines says so.

Which of them it is tells the name (.csv, .jsonl), else the content; --from-format says so. At most 64 MiB are read. A
cell that -o csv has guarded with an apostrophe, as it looks like a formula, is read without it. Columns, by command:

  create                                 subject; description, approval (auto or required)
  get, delete, invite get, invite reset  group_id (or id)
  update                                 group_id (or id); subject, description or both: an empty cell changes nothing
  participants remove                    user (or wa_id, user_id); group_id, unless GROUP is given
  requests approve, requests reject      join_request_id (or id), or who asks: user (or wa_id, user_id); group_id, unless
                                         GROUP is given. So both a list of requests and one of people to let in will do.

Column names are those of the results and of the API: join_approval_mode is approval, and in JSON lines the person may be
in participant. A row may name a person in several columns if they agree. Extra columns are copied to the result; a column
that is nearly one of these, or that means a setting which a sheet cannot set (picture), is refused. The output of one
command can be given to the next.

An id that was damaged when it was copied (invisible characters, quotes, brackets, a dot at its end, cut with …) is
refused with its line, and never taken for a group that is gone. Numbers are read as spreadsheets and links write them
('+15550100110, 15550100110.0, tel:+1-555-010-0110). A rounded one (4.91556E+12) is refused: format the column as text
and enter it again. A number without country code is refused, too. A subject must have something that can be seen, and no
line break.

The whole file is checked before anything is sent, and all that is wrong with it is told with line numbers.

There is a result for each row, in the order of the file, as soon as it is its turn: `line`, where the row begins; the
columns that came along; `status`, and `error` where there is one.

  done       Done, and known to be.
  accepted   Accepted; the outcome comes later. --wait waits for it.
  not_seen   Accepted, and the outcome was not seen in time.
  failed     Not done; `error` says why.
  not_sent   Nothing was sent, and nothing done: no connection came about, or the call's turn did not come in time (wait a
             while, or give each more with --timeout), as `error` says; without it the run ended before its turn.
  unknown    Sent, but the answer was lost. The change may have happened.
  gone       delete: there is no such group any more. A failure, unless --ignore-missing says that it is none.
  unchanged  update --wait: it has these texts already, and nothing was sent.
  ambiguous  create: it may have been made, and nobody can tell; see below.
  skipped    create: left as it is, as --ambiguous skip has said.

With --dry-run nothing is sent. A table shows the rows; JSON, YAML and CSV show the requests. The status of a row is:

  would_create  create: the group would be created.
  would_change  Every other command: the row would be sent.

Up to 16 calls are under way at once, at the pace that the service lets through. People and join requests of one group
that follow each other go into one call, up to 8 and 100. A failure does not stop the rest, unless all would fail alike,
as with a bad key or without a network. The exit code is 7 where some were done or accepted and some were not. With
--fields only those are shown: name line, status and error among them.

Before create --from sends anything it lists the groups there are. Where a sheet begins whose subjects some of them have, as
after its journal was lost, it says which, and at a terminal it asks. Nothing is refused: a subject may be there twice.

create --from keeps a journal beside the sheet (FILE.wagroups-journal.jsonl, or --journal FILE; readable by you alone,
without the key): each row before it is sent, and what came of it, on the disk before anything else is done. The same
command goes on wherever a run has ended, however it has: what was accepted stays, what was refused is tried again, and
what was sent without an answer is looked for among the groups that were not there before. It is sent again only where,
--settle after it was sent, there is none. Where there are more new groups with a subject than rows, or one that says
something else, or where the list of groups is empty or not complete, it is unknown: the row is ambiguous, and nothing is done for it
until --ambiguous create or skip says what; the same decides of rows that were accepted and whose group, --settle later,
is not there. A page of a proxy (404) is no answer: its row is looked for, too. Rows may be added at the end and columns
that come along be mended; a row that was sent must stay as it was. A journal is moved with its sheet: a new one knows
of nothing that was sent. --wait prints the group and its invite link for each row, also of a run that has ended before.

Ctrl-C sends nothing new, finishes what is under way, and tells the command that goes on; a second one stops at once, and
the rows under way are unknown. The command that goes on names the lines that are not known to be done (--lines
7,8,32-40), so that no link is replaced and no group deleted twice; --start-line N begins at a line.

Examples:
  wagroups list --all -o csv > groups.csv
  wagroups invite get --from groups.csv -o csv > links.csv
  wagroups delete --from old.txt --yes -o jsonl
  wagroups create --from trips.csv --wait -o csv > links.csv
";
/// The topics.
pub(crate) const NAMES: [&str; 5] = ["exit-codes", "environment", "output", "from", "error"];

/// The topic of this name, if these words are one.
pub(crate) fn find(words: &[String]) -> Option<&'static str> {
    match words {
        [word] => match word.as_str() {
            "exit-codes" => Some(EXIT_CODES),
            "environment" => Some(ENVIRONMENT),
            "output" => Some(OUTPUT),
            "from" => Some(FROM),
            _ => None,
        },
        _ => None,
    }
}

/// The topic that may have been meant by these words, where no command is nearer.
pub(crate) fn near(words: &[String]) -> Option<&'static str> {
    let [word] = words else { return None };
    let command = crate::command();
    let commands = command.get_subcommands().map(clap::Command::get_name);
    let nearest = near::near(word, NAMES.into_iter().chain(commands))?;
    NAMES.into_iter().find(|name| *name == nearest)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;
    use crate::args::Format;

    #[test]
    fn every_exit_code_is_told() {
        let source = include_str!("exit.rs");
        let (_, table) = source.split_once("fn number(self)").unwrap();
        let (table, _) = table.split_once("\n    }").unwrap();
        let numbers: Vec<&str> = table
            .lines()
            .filter_map(|line| line.split_once(" => ").map(|(_, number)| number.trim_end_matches(',')))
            .collect();
        assert!(numbers.len() > 5, "{table}");
        for number in numbers {
            assert!(EXIT_CODES.contains(&format!("\n  {number:<3}  ")), "{number}");
        }
    }

    #[test]
    fn every_variable_is_told() {
        let source = include_str!("context.rs");
        let (_, read) = source.split_once("pub(crate) fn read()").unwrap();
        let (read, _) = read.split_once("\n    }").unwrap();
        let names: Vec<&str> = read
            .split('"')
            .filter(|word| {
                word.len() > 3
                    && word.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
            })
            .collect();
        assert!(names.len() > 7, "{read}");
        for name in names {
            assert!(ENVIRONMENT.contains(&format!("\n  {name} ")), "{name}");
        }
    }

    #[test]
    fn every_format_is_told() {
        for format in Format::value_variants() {
            assert!(OUTPUT.contains(&format!("\n  -o {:<5}  ", format.name())), "{}", format.name());
        }
    }
}
