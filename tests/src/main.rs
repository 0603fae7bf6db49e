//! The binary `wagroups` as its tests run it. Must be what groups-cli's own binary is.

fn main() -> std::process::ExitCode {
    groups_cli::main()
}
