//! `accordant explain`: the page of a code.

use clap::Args;
use serde_json::{Value, json};

use super::{Exit, Failure, Format, Output};
use crate::diagnostic::Code;
use crate::explain;

/// Say what a code means, why it matters and how to fix it
#[derive(Debug, Args)]
pub struct Explain {
    /// The code, or its name: `K001`, `unmapped-value`
    #[arg(required_unless_present = "all")]
    code: Option<String>,
    /// List every code
    #[arg(long, conflicts_with = "code")]
    all: bool,
}

/// Prints the page, or the list.
///
/// # Errors
/// Where there is no such code.
pub fn run(args: &Explain, output: &Output) -> Result<Exit, Failure> {
    let code = args
        .code
        .as_deref()
        .map(explain::find)
        .transpose()
        .map_err(Failure::new)?;
    let text = match (output.format, code) {
        (Format::Human, Some(code)) => explain::text(code),
        (Format::Human, None) => explain::index(),
        (Format::Json, Some(code)) => format!("{:#}\n", explain::record(code)),
        (Format::Json, None) => {
            let codes: Vec<Value> = Code::ALL
                .iter()
                .map(|code| explain::record(*code))
                .collect();
            format!("{:#}\n", json!({ "version": 1, "codes": codes }))
        }
        (_, _) => {
            return Err(Failure::new("`explain` writes `human` and `json` only"));
        }
    };
    output.result(&text);
    Ok(Exit::Fine)
}
