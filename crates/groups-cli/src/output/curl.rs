//! `--curl`: a request as a command line of curl. The key is a variable of the shell; everything else is quoted, so that
//! a shell expands and splits nothing of it.

use groups_ergonomic::Preview;

use crate::scene::quoted;

/// Headers that curl sets itself, or that belong to this program.
const LEFT_OUT: [&str; 3] = ["d360-api-key", "content-length", "host"];
/// How this program calls itself; another name was given.
const OWN_AGENT: &str = "wagroups/";

pub(super) fn line(preview: &Preview) -> String {
    let mut words = vec!["curl".to_owned()];
    match (preview.method.as_str(), &preview.body) {
        ("GET", None) => {}
        // Without it curl would wait for a body.
        ("HEAD", None) => words.push("--head".to_owned()),
        // A body alone would make a POST of it.
        (method, _) => words.push(format!("-X {method}")),
    }
    // Else it would take them for several addresses.
    if preview.url.contains(['[', ']', '{', '}']) {
        words.push("--globoff".to_owned());
    }
    words.push(always_quoted(&preview.url));
    words.push("-H \"D360-API-KEY: $D360_API_KEY\"".to_owned());
    for (name, value) in &preview.headers {
        let of_parts = name == "content-type" && preview.picture.is_some();
        let of_program = name == "user-agent" && value.starts_with(OWN_AGENT);
        if !LEFT_OUT.contains(&name.as_str()) && !of_parts && !of_program {
            // Without a value, a colon would take the header away.
            let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
            words.push(format!("-H {}", always_quoted(&header)));
        }
    }
    match (&preview.body, &preview.picture) {
        (Some(serde_json::Value::Object(parts)), Some((picture, path))) => {
            for (name, value) in parts {
                let text = value.as_str().unwrap_or_default();
                if name == picture {
                    // In double quotes of curl's own, as a comma or a semicolon would end the name.
                    let path = path.to_string_lossy().replace('\\', r"\\").replace('"', "\\\"");
                    let part = format!("{name}=@\"{path}\";type=image/jpeg;filename=profile.jpg");
                    words.push(format!("-F {}", always_quoted(&part)));
                } else {
                    // Unlike -F, it takes no sign of the value for anything else.
                    words.push(format!("--form-string {}", always_quoted(&format!("{name}={text}"))));
                }
            }
        }
        (Some(serde_json::Value::String(text)), _) => {
            // No JSON; it goes as it is.
            words.push(format!("--data-raw {}", always_quoted(text)));
        }
        (Some(json), _) => words.push(format!("--data-raw {}", always_quoted(&json.to_string()))),
        (None, _) => {}
    }
    words.join(" ")
}

/// As one word, in quotes also where it needs none: it is read by people.
fn always_quoted(text: &str) -> String {
    let quoted = quoted(text);
    if quoted.starts_with('\'') { quoted } else { format!("'{quoted}'") }
}
