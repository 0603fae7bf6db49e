//! The binary `wagroups`. Everything is in the library, which must stay the only place with content.

fn main() -> std::process::ExitCode {
    groups_cli::main()
}
