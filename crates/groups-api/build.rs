//! Generates the raw client from the spec into OUT_DIR. All that the generator is told lives in `build/`.

#[cfg(feature = "codegen")]
#[path = "build/headers.rs"]
mod headers;

#[cfg(feature = "codegen")]
#[path = "build/view.rs"]
mod view;

#[cfg(feature = "codegen")]
#[path = "build/generate.rs"]
mod generate;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    #[cfg(feature = "codegen")]
    {
        let out = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR for a build script")?;
        let code = generate::client(groups_spec::OPENAPI_YAML)?;
        std::fs::write(std::path::Path::new(&out).join("groups_api.rs"), code)?;
    }
    Ok(())
}
