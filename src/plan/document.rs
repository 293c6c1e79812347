//! The plan as a document: canonical bytes, its seal, and a loader that refuses what it cannot trust.

use std::fmt;

use sha2::{Digest, Sha256};

use super::{FORMAT, Plan};

/// Longest document that the loader takes, in bytes.
const LONGEST: usize = 512 << 20;

/// Why a plan was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// The document is not JSON, or not of the plan's form.
    Malformed {
        /// One-based line of the document.
        line: usize,
        /// One-based column.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The document has a newer form than this program knows.
    Newer {
        /// Its form.
        format: u64,
    },
    /// The document was changed after it was compiled.
    Damaged {
        /// The hash that it carries.
        said: String,
        /// The hash that it has.
        found: String,
    },
    /// A part refers to another that is not there, or a write is not in the write set, or a protected field is.
    Inconsistent {
        /// Which, in words.
        reason: String,
    },
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed {
                line,
                column,
                reason,
            } => {
                write!(
                    f,
                    "this is not a plan: {reason} (line {line}, column {column})"
                )
            }
            Self::Newer { format } => write!(
                f,
                "this plan has format {format}, and this program reads format {FORMAT} and older: use a newer accordant"
            ),
            Self::Damaged { .. } => f.write_str(
                "this plan was changed after it was compiled: its hash does not match its content",
            ),
            Self::Inconsistent { reason } => write!(f, "this plan contradicts itself: {reason}"),
        }
    }
}

impl std::error::Error for PlanError {}

/// Writes a plan's hash into it and gives its canonical bytes: keys sorted, two blanks of indent, a line end at the end.
pub fn seal(plan: &mut Plan) -> Result<Vec<u8>, serde_json::Error> {
    plan.hashes.plan = String::new();
    plan.hashes.plan = digest(&serde_json::to_value(&*plan)?);
    let mut bytes = serde_json::to_vec_pretty(&serde_json::to_value(&*plan)?)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// SHA-256 of a JSON value in canonical form (sorted keys, no white space), in hexadecimal.
fn digest(json: &serde_json::Value) -> String {
    let hash = Sha256::digest(json.to_string().as_bytes());
    hash.iter().map(|b| format!("{b:02x}")).collect()
}

/// Reads a plan and refuses one that is damaged, newer or inconsistent, with the reason.
pub fn load(bytes: &[u8]) -> Result<Plan, PlanError> {
    let malformed = |e: serde_json::Error| PlanError::Malformed {
        line: e.line(),
        column: e.column(),
        reason: e
            .to_string()
            .split(" at line")
            .next()
            .unwrap_or_default()
            .to_owned(),
    };
    if bytes.len() > LONGEST {
        return Err(PlanError::Malformed {
            line: 1,
            column: 1,
            reason: "it is longer than 512 MiB".into(),
        });
    }
    let mut json: serde_json::Value = serde_json::from_slice(bytes).map_err(malformed)?;
    let format = json.get("format").and_then(serde_json::Value::as_u64);
    if let Some(format) = format.filter(|f| *f > u64::from(FORMAT)) {
        return Err(PlanError::Newer { format });
    }
    let plan: Plan = serde_json::from_slice(bytes).map_err(malformed)?;
    if let Some(hash) = json.pointer_mut("/hashes/plan") {
        *hash = serde_json::Value::String(String::new());
    }
    let found = digest(&json);
    if found != plan.hashes.plan {
        return Err(PlanError::Damaged {
            said: plan.hashes.plan,
            found,
        });
    }
    Ok(plan)
}
