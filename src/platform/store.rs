//! The profiles of plain stores: they keep exactly what is written, and refuse nothing.

use super::SystemKind;
use super::profile::{Automations, Marks, Merged, NameCase, Profile, Refuses, Upsert};
use super::stored::{Case, LineEnds, Precision, Trim};
use crate::value::Wire;

const fn plain(kind: SystemKind, wire: Wire, names: NameCase) -> Profile {
    Profile {
        kind,
        wire,
        id: "id",
        id_length: 1,
        deleted: Some("deleted"),
        marks: &[(
            "",
            Marks {
                created: "created_at",
                modified: "updated_at",
            },
        )],
        merged: Merged::Never,
        refuses: Refuses::Never,
        names,
        trim: Trim::Kept,
        line_ends: LineEnds::Kept,
        precision: Precision::Millisecond,
        lower_case: &[],
        email_case: Case::Kept,
        text_limit: None,
        upsert: Upsert::Any,
        owner: None,
        forward_only: &[],
        writes: &[],
        automations: Automations::WithTheWrite,
        field_times: false,
        currency_codes: &[],
        queue_owned: &[],
        conversion: None,
        active: &[],
        settings: &[],
        batch: 1_000,
    }
}

pub(super) const SQLITE: Profile = plain(SystemKind::Sqlite, Wire::Typed, NameCase::Ignored);
pub(super) const JSONL: Profile = plain(SystemKind::Jsonl, Wire::Typed, NameCase::Matters);
pub(super) const CSV: Profile = plain(SystemKind::Csv, Wire::Strings, NameCase::Matters);
