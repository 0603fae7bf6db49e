//! Which of our crates may depend on which, and who may speak HTTP. The table below is the drawing in
//! ARCHITECTURE.md; a manifest that goes beyond it is a finding.

use anyhow::Result;
use cargo_metadata::{DependencyKind, Metadata};

use crate::lint::Finding;
use crate::workspace;

/// What one crate may depend on, of our own.
struct Room {
    name: &'static str,
    normal: &'static [&'static str],
    build: &'static [&'static str],
}

const ROOMS: &[Room] = &[
    Room { name: "groups-spec", normal: &[], build: &[] },
    Room { name: "groups-model", normal: &[], build: &[] },
    Room { name: "groups-api", normal: &["groups-model"], build: &["groups-spec"] },
    Room { name: "groups-connect", normal: &["groups-model"], build: &[] },
    Room { name: "groups-ergonomic", normal: &["groups-api", "groups-connect", "groups-model"], build: &[] },
    Room { name: "groups-webhooks", normal: &["groups-connect", "groups-model"], build: &[] },
    // A fake that shares the SDK's types agrees with its mistakes.
    Room { name: "groups-sandbox", normal: &["groups-connect", "groups-spec"], build: &[] },
    Room {
        name: "groups-cli",
        normal: &["groups-connect", "groups-ergonomic", "groups-model", "groups-sandbox", "groups-webhooks"],
        build: &[],
    },
];

/// They look at everything, and nobody depends on them.
const ONLOOKERS: &[&str] = &["groups-tests", "xtask"];

/// Crates in which every request goes through another crate's client.
const WITHOUT_HTTP_CLIENT: &[&str] = &["groups-cli", "groups-model", "groups-spec"];

const HTTP_CLIENTS: &[&str] =
    &["attohttpc", "awc", "curl", "hyper", "hyper-util", "isahc", "minreq", "reqwest", "surf", "ureq"];

/// A crate of the workspace, as far as the rules ask.
#[derive(Debug)]
struct Crate {
    name: String,
    manifest: String,
    published: bool,
    dependencies: Vec<Dependency>,
}

#[derive(Debug)]
struct Dependency {
    name: String,
    kind: DependencyKind,
    has_version: bool,
}

/// What is wrong with the arrows of the workspace.
pub(crate) fn findings() -> Result<Vec<Finding>> {
    Ok(check(&crates(&workspace::metadata()?)))
}

fn crates(metadata: &Metadata) -> Vec<Crate> {
    metadata
        .packages
        .iter()
        .map(|package| Crate {
            name: package.name.to_string(),
            manifest: package
                .manifest_path
                .strip_prefix(&metadata.workspace_root)
                .unwrap_or(&package.manifest_path)
                .to_string(),
            // `publish = false` arrives as a list of no registries.
            published: package.publish.as_ref().is_none_or(|registries| !registries.is_empty()),
            dependencies: package
                .dependencies
                .iter()
                .map(|dependency| Dependency {
                    name: dependency.name.clone(),
                    kind: dependency.kind,
                    has_version: !dependency.req.comparators.is_empty(),
                })
                .collect(),
        })
        .collect()
}

fn check(crates: &[Crate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in crates {
        let room = ROOMS.iter().find(|room| room.name == member.name);
        if room.is_none() && !ONLOOKERS.contains(&member.name.as_str()) {
            findings.push(Finding {
                place: member.manifest.clone(),
                problem: format!("{} is not in the drawing of ARCHITECTURE.md", member.name),
                repair: "draw it there, then add it to ROOMS in xtask/src/arrows.rs".to_owned(),
            });
        }
        for dependency in &member.dependencies {
            if crates.iter().any(|other| other.name == dependency.name) {
                own(member, room, dependency, &mut findings);
            } else {
                foreign(member, dependency, &mut findings);
            }
        }
    }
    findings.sort();
    findings
}

fn own(member: &Crate, room: Option<&Room>, dependency: &Dependency, findings: &mut Vec<Finding>) {
    let (word, allowed) = match dependency.kind {
        DependencyKind::Development => {
            if member.published && dependency.has_version {
                findings.push(Finding {
                    place: member.manifest.clone(),
                    problem: format!(
                        "the dev-dependency {} → {} has a version: packaging meets a cycle",
                        member.name, dependency.name
                    ),
                    repair: format!("write `{0} = {{ path = \"…\" }}`, without `workspace`", dependency.name),
                });
            }
            return;
        }
        DependencyKind::Build => ("build", room.map(|room| room.build)),
        _ => ("normal", room.map(|room| room.normal)),
    };
    if allowed.is_some_and(|allowed| !allowed.contains(&dependency.name.as_str())) {
        findings.push(Finding {
            place: member.manifest.clone(),
            problem: format!(
                "the {word} dependency {} → {} is not drawn in ARCHITECTURE.md",
                member.name, dependency.name
            ),
            repair: "take the dependency away, moving what is shared to a crate that both may see; if the design \
                     has changed, draw the arrow in ARCHITECTURE.md and add it to ROOMS in xtask/src/arrows.rs"
                .to_owned(),
        });
    }
}

fn foreign(member: &Crate, dependency: &Dependency, findings: &mut Vec<Finding>) {
    if dependency.kind != DependencyKind::Development
        && WITHOUT_HTTP_CLIENT.contains(&member.name.as_str())
        && HTTP_CLIENTS.contains(&dependency.name.as_str())
    {
        findings.push(Finding {
            place: member.manifest.clone(),
            problem: format!(
                "{} → {}: ARCHITECTURE.md keeps HTTP clients out of {0}",
                member.name, dependency.name
            ),
            repair: "make the request in groups-ergonomic and call that".to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate with one dependency, beside all the others without any.
    fn problems(name: &str, dependency: &str, kind: DependencyKind, has_version: bool) -> Vec<String> {
        let mut crates: Vec<Crate> = ROOMS
            .iter()
            .map(|room| room.name)
            .chain(ONLOOKERS.iter().copied())
            .map(|name| Crate {
                name: name.to_owned(),
                manifest: format!("{name}/Cargo.toml"),
                published: !ONLOOKERS.contains(&name),
                dependencies: Vec::new(),
            })
            .collect();
        let member = crates.iter_mut().find(|member| member.name == name).unwrap();
        member.dependencies.push(Dependency { name: dependency.to_owned(), kind, has_version });
        check(&crates).into_iter().map(|finding| finding.problem).collect()
    }

    const NORMAL: DependencyKind = DependencyKind::Normal;
    const BUILD: DependencyKind = DependencyKind::Build;
    const DEV: DependencyKind = DependencyKind::Development;

    #[test]
    fn drawn_arrows_are_fine() {
        for room in ROOMS {
            for dependency in room.normal {
                assert!(problems(room.name, dependency, NORMAL, true).is_empty());
            }
            for dependency in room.build {
                assert!(problems(room.name, dependency, BUILD, true).is_empty());
            }
        }
        assert!(problems("groups-tests", "groups-cli", NORMAL, true).is_empty());
        assert!(problems("xtask", "groups-spec", NORMAL, true).is_empty());
    }

    #[test]
    fn an_arrow_that_is_not_drawn_names_both_ends() {
        for (from, to, kind) in [
            ("groups-sandbox", "groups-model", NORMAL),
            ("groups-model", "groups-api", NORMAL),
            ("groups-cli", "groups-api", NORMAL),
            ("groups-cli", "groups-spec", NORMAL),
            ("groups-webhooks", "groups-ergonomic", NORMAL),
            // Drawn for the build script only.
            ("groups-api", "groups-spec", NORMAL),
            ("groups-ergonomic", "groups-spec", BUILD),
            ("groups-cli", "xtask", NORMAL),
        ] {
            let problems = problems(from, to, kind, true);
            assert_eq!(problems.len(), 1, "{from} {to}");
            assert!(problems[0].contains(&format!("{from} → {to} is not drawn in ARCHITECTURE.md")));
        }
    }

    #[test]
    fn tests_may_use_any_crate_by_its_path() {
        assert!(problems("groups-model", "groups-cli", DEV, false).is_empty());
        let versioned = problems("groups-model", "groups-cli", DEV, true);
        assert!(versioned[0].contains("has a version"), "{versioned:?}");
        assert!(problems("groups-tests", "groups-cli", DEV, true).is_empty(), "it is never packaged");
    }

    #[test]
    fn http_clients_stay_out_of_model_and_cli() {
        for client in HTTP_CLIENTS {
            assert_eq!(problems("groups-cli", client, NORMAL, true).len(), 1, "{client}");
            assert_eq!(problems("groups-model", client, NORMAL, true).len(), 1, "{client}");
            assert!(problems("groups-model", client, DEV, true).is_empty(), "{client}");
            assert!(problems("groups-ergonomic", client, NORMAL, true).is_empty(), "{client}");
        }
        assert!(problems("groups-cli", "clap", NORMAL, true).is_empty());
    }

    #[test]
    fn a_crate_that_is_not_drawn_is_found() {
        let member = Crate {
            name: "groups-core".to_owned(),
            manifest: "crates/groups-core/Cargo.toml".to_owned(),
            published: true,
            dependencies: Vec::new(),
        };
        let findings = check(&[member]);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].problem.contains("groups-core is not in the drawing"));
    }

    #[test]
    fn this_workspace_is_read() {
        let crates = crates(&workspace::metadata().unwrap());
        let api = crates.iter().find(|member| member.name == "groups-api").unwrap();
        assert_eq!(api.manifest.replace('\\', "/"), "crates/groups-api/Cargo.toml");
        assert!(api.published);
        let find = |name: &str, kind| {
            api.dependencies.iter().find(|dependency| dependency.name == name && dependency.kind == kind)
        };
        assert!(find("groups-model", NORMAL).unwrap().has_version);
        assert!(find("groups-spec", BUILD).is_some());
        assert!(!find("groups-sandbox", DEV).unwrap().has_version);
        assert!(!crates.iter().find(|member| member.name == "xtask").unwrap().published);
    }
}
