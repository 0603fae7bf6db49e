//! How long a consumer's first build takes with our client, compared with one that has reqwest and serde alone. Both are
//! programs that list groups. Time as it passes, and, where the system tells it, the processor time of all that ran, which
//! hardly depends on what else the machine does.

use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::Figure;
use crate::{output, workspace};

/// Even: of two builds in a row the second takes longer, and each is the second as often as the other.
const ROUNDS: usize = 4;
const TARGET: f64 = 1.25;

const OURS: &str = r#"
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = groups_ergonomic::Client::builder().api_key(std::env::var("D360_API_KEY")?).build()?;
    let mut groups = client.groups().list().stream();
    while let Some(group) = groups.next().await {
        let group = group?;
        println!("{} {:?}", group.id, group.subject);
    }
    Ok(())
}
"#;

const BARE: &str = r#"
#[derive(serde::Deserialize)]
struct Answer {
    data: Data,
}

#[derive(serde::Deserialize)]
struct Data {
    groups: Vec<Group>,
}

#[derive(serde::Deserialize)]
struct Group {
    id: String,
    subject: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let request = reqwest::Client::new().get("https://waba-v2.360dialog.io/groups?limit=1024");
    let answer = request.header("D360-API-KEY", std::env::var("D360_API_KEY")?).send().await?;
    let answer: Answer = serde_json::from_slice(&answer.error_for_status()?.bytes().await?)?;
    for group in answer.data.groups {
        println!("{} {:?}", group.id, group.subject);
    }
    Ok(())
}
"#;

/// Seconds that a build took.
struct Took {
    wall: f64,
    cpu: Option<f64>,
}

pub(super) fn measure() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir().context("making a folder")?;
    let tokio = "tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }\n";
    let client = workspace::root().join("crates/groups-ergonomic");
    let client = client.display().to_string();
    let ours = format!("groups-ergonomic = {{ path = {client:?}, default-features = false }}\n{tokio}");
    let reqwest = workspace::dependency("reqwest")?;
    let bare = format!(
        "reqwest = {reqwest}\nserde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n{tokio}"
    );
    let ours = || build(folder.path(), "ours", &ours, OURS);
    let bare = || build(folder.path(), "bare", &bare, BARE);
    let (mut walls, mut cpus) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let (ours, bare) = if round % 2 == 0 {
            let bare = bare()?;
            (ours()?, bare)
        } else {
            let ours = ours()?;
            (ours, bare()?)
        };
        output::say(format_args!("round {round}: with the client {ours}, with reqwest and serde {bare}"));
        walls.push(ours.wall / bare.wall);
        if let (Some(ours), Some(bare)) = (ours.cpu, bare.cpu) {
            cpus.push(ours / bare);
        }
    }
    let mut figures = vec![figure("wall", walls)];
    if !cpus.is_empty() {
        figures.push(figure("processor time", cpus));
    }
    Ok(figures)
}

fn figure(of: &str, mut ratios: Vec<f64>) -> Figure {
    ratios.sort_by(f64::total_cmp);
    let (middle, last) = (ratios.len() / 2, ratios.len() - 1);
    Figure {
        what: format!("consumer's cold build without `codegen` ÷ bare reqwest + serde: {of}"),
        median: ratios[last / 2].midpoint(ratios[middle]),
        least: ratios[0],
        most: ratios[last],
        rounds: ratios.len(),
        at_most: Some(TARGET),
        at_least: None,
    }
}

/// A debug build with nothing built before.
fn build(folder: &Path, name: &str, dependencies: &str, program: &str) -> Result<Took> {
    let package = folder.join(name);
    std::fs::create_dir_all(package.join("src"))?;
    std::fs::write(package.join("src/main.rs"), program)?;
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n[workspace]\n"
    );
    std::fs::write(package.join("Cargo.toml"), manifest)?;
    // The very versions we build with: both sides have the same, and what is there already need not be fetched.
    std::fs::copy(workspace::root().join("Cargo.lock"), package.join("Cargo.lock"))?;
    let target = package.join("target");
    let cargo = |arguments: &[&str]| {
        let mut cargo = workspace::cargo();
        cargo.args(arguments).arg("--quiet").current_dir(&package);
        cargo.env("CARGO_TARGET_DIR", &target).env("CARGO_INCREMENTAL", "0");
        cargo
    };
    // Listing it fetches what is missing, which is no part of the build. Mostly nothing is, and then no network is needed.
    let listed = cargo(&["tree", "--offline"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !listed.context("starting cargo")?.success()
        && !cargo(&["tree"]).stdout(Stdio::null()).status().context("starting cargo")?.success()
    {
        bail!("what the consumer {name} needs cannot be fetched; cargo's message is above");
    }
    let (start, before) = (Instant::now(), processor_time());
    if !cargo(&["build", "--locked", "--offline"]).status().context("starting cargo")?.success() {
        bail!("the consumer {name} was not built; cargo's message is above");
    }
    let wall = start.elapsed().as_secs_f64();
    let cpu = processor_time().zip(before).map(|(after, before)| after - before);
    // At once, so that two of them never take space.
    std::fs::remove_dir_all(&target).context("removing what was built")?;
    Ok(Took { wall, cpu })
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} s", self.wall)?;
        self.cpu.map_or(Ok(()), |cpu| write!(f, " ({cpu:.1} s of processors)"))
    }
}

/// The processor time of all processes that were started from here and have ended, in seconds.
fn processor_time() -> Option<f64> {
    time_of_children(&std::fs::read_to_string("/proc/self/stat").ok()?)
}

/// Their time in programs and in the system: fields 16 and 17, in hundredths of a second wherever Linux runs. The second
/// field is a name in brackets, which may hold anything.
fn time_of_children(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(13);
    let mut hundredths = || fields.next()?.parse::<f64>().ok();
    Some((hundredths()? + hundredths()?) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_children_is_read_from_behind_the_name() {
        let stat = "4711 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 150 50 20 0 1 0";
        assert_eq!(time_of_children(stat), Some(2.0));
        assert_eq!(time_of_children("4711 (x) S 1"), None);
    }
}
