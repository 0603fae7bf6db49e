//! Runs progenitor over the generator view and formats what it makes.

use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TypeImpl};

use super::{headers, view};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Schemas whose values have rules, and the types of groups-model that know them. They decode tolerantly, so
/// that one odd value never costs a page.
const REPLACEMENTS: &[(&str, &str)] = &[
    ("Cursor", "::groups_model::Cursor"),
    ("Description", "::std::string::String"),
    ("GroupFields", "::std::string::String"),
    ("GroupId", "::groups_model::GroupId"),
    // Of this crate: decoding it by trial would hide where an error is.
    ("GroupListShape", "crate::GroupListShape"),
    ("InviteLinkUrl", "::std::string::String"),
    ("JoinApprovalMode", "::groups_model::JoinApprovalMode"),
    ("JoinRequestId", "::groups_model::JoinRequestId"),
    ("LenientBool", "::groups_model::LenientBool"),
    ("LenientInteger", "::groups_model::LenientInteger"),
    ("ParentUserId", "::groups_model::ParentUserId"),
    ("Participant", "::groups_model::Participant"),
    ("ParticipantInput", "::groups_model::ParticipantInput"),
    ("RequestId", "::groups_model::RequestId"),
    ("Subject", "::std::string::String"),
    ("Timestamp", "::groups_model::Timestamp"),
    ("UserId", "::groups_model::UserId"),
    ("Username", "::std::string::String"),
    ("WaId", "::groups_model::WaId"),
];

/// The client as formatted Rust.
pub(super) fn client(yaml: &str) -> Result<String> {
    let authority: serde_json::Value = serde_saphyr::from_str(yaml)?;
    let document: openapiv3::OpenAPI = serde_json::from_value(view::of(authority)?)?;

    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_hooks(HooksMode::Expected)
        .with_inner_type("crate::Transport".parse()?);
    for (schema, path) in REPLACEMENTS {
        settings.with_replacement(schema, path, [TypeImpl::Display].into_iter());
    }
    let tokens = Generator::new(&settings).generate_tokens(&document)?;
    let mut file = syn::parse2(tokens)?;
    headers::without_api_version(&mut file)?;
    Ok(format!(
        "// Generated from spec/groups.yaml by build.rs; do not edit. `cargo xtask regen` renews the \
         committed copy.\n\n{}",
        prettyplease::unparse(&file)
    ))
}
