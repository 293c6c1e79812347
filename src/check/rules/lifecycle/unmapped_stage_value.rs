//! L001: a value that no stage has.

use super::words::whole;
use crate::analyze::Life;
use crate::check::Cx;
use crate::check::rules::picklists::words::{some, written};
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{FieldRef, FieldView};
use crate::text::quoted;

rule! {
    /// # What it checks
    /// Every value that people can choose in a column's field stands in a cell of that column.
    ///
    /// # Why it matters
    /// A record with another value is in no stage: it is moved by nobody, counted in no stage, and whoever asks where it is gets
    /// no answer.
    ///
    /// # Example
    /// ```sync,fail
    /// lifecycle Journey {
    ///   column contact  desk.contact.lifecyclestage
    ///   column person   crm.Person.Phase__c
    ///
    ///   visitor:   subscriber,   none
    ///   talking:   lead,         New
    ///   customer:  opportunity | customer,  Won
    ///   lost:      other,        Lost
    ///
    ///   start visitor
    ///   visitor  -> talking   by desk
    ///   talking  -> customer  by crm
    ///   talking  -> lost      by crm
    ///   lost     -> talking   by desk  when contact.score >= 50, as task, keep owner
    ///   final customer
    /// }
    /// ```
    /// ```sync,pass
    /// lifecycle Journey {
    ///   column contact  desk.contact.lifecyclestage
    ///   column person   crm.Person.Phase__c
    ///
    ///   visitor:   subscriber,   none
    ///   talking:   lead,         New | Working
    ///   customer:  opportunity | customer,  Won
    ///   lost:      other,        Lost
    ///
    ///   start visitor
    ///   visitor  -> talking   by desk
    ///   talking  -> customer  by crm
    ///   talking  -> lost      by crm
    ///   lost     -> talking   by desk  when contact.score >= 50, as task, keep owner
    ///   final customer
    /// }
    /// ```
    ///
    /// # How to fix
    /// Say which stage the value means, behind `|` in a cell, or give it a stage of its own.
    ///
    /// # How to waive
    /// `allow L001 in Journey because "…" by "…" until 2027-06-30`: records with such a value stay where they are.
    pub L001
}

struct UnmappedStageValue<'m> {
    life: Life<'m>,
    column: usize,
    field: FieldView<'m>,
    missing: Vec<&'m str>,
}

/// Finds values of columns without a stage; once a column.
pub fn run(cx: &mut Cx<'_>) {
    for (life, _) in whole(cx.model, cx.facts) {
        for column in life.columns() {
            let Some(field) = life.field(column) else {
                continue;
            };
            let mut missing: Vec<&str> = Vec::new();
            for choice in field.choices() {
                let value = choice.value.as_str();
                let known = life.stage_of(column, value).is_some() || missing.contains(&value);
                if !known && !misspelt(cx, field.id, value) {
                    missing.push(value);
                }
            }
            if !missing.is_empty() {
                let found = UnmappedStageValue {
                    life,
                    column,
                    field,
                    missing,
                };
                cx.report(found.describe());
            }
        }
    }
}

/// Whether a cell means the value and spells it in another way: a finding of its own.
fn misspelt(cx: &Cx<'_>, field: FieldRef, value: &str) -> bool {
    let mut stated = cx.facts.stated.iter().filter(|s| s.map.is_none());
    stated.any(|s| s.field == field && s.meant.as_deref() == Some(value))
}

impl UnmappedStageValue<'_> {
    fn describe(&self) -> Diagnostic {
        let columns = &self.life.lifecycle.columns;
        let place = columns.get(self.column).map(|c| c.name.span);
        let name = self.field.full_name();
        let them = if self.missing.len() == 1 {
            "it"
        } else {
            "them"
        };
        Diagnostic::new(
            Code::L001,
            format!(
                "`{name}` can be {}, and no stage has {them}",
                some(&self.missing, "or")
            ),
        )
        .at(
            place.unwrap_or(self.life.lifecycle.span),
            "the values of this column",
        )
        .note("whoever is there is in no stage: moved by nobody, and counted nowhere")
        .help(format!(
            "put {them} behind `|` into the cell of the stage that is meant, or add a stage and the moves that lead there\n{}",
            self.rows()
        ))
    }

    /// Stages to be pasted.
    fn rows(&self) -> String {
        let row = |value: &&str| {
            let cells = self.life.columns().map(|c| {
                if c == self.column {
                    written(value)
                } else {
                    "none".to_owned()
                }
            });
            let cells: Vec<String> = cells.collect();
            let by = self
                .life
                .system(self.column)
                .map(|s| self.life.system_name(s));
            let stage = name(value);
            format!(
                "  {stage}:  {}\n  … -> {stage}  by {}",
                cells.join(", "),
                by.unwrap_or("…")
            )
        };
        let rows: Vec<String> = self.missing.iter().take(LONGEST).map(row).collect();
        let more = self.missing.len().saturating_sub(LONGEST);
        if more == 0 {
            rows.join("\n")
        } else {
            format!(
                "{}\nand {more} more of {}",
                rows.join("\n"),
                quoted(self.field.name())
            )
        }
    }
}

/// More stages nobody pastes.
const LONGEST: usize = 24;

/// A value as the name of a stage.
fn name(value: &str) -> String {
    let words = value
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty());
    let name = words.collect::<Vec<_>>().join("_").to_lowercase();
    match name.chars().next() {
        Some(first) if first.is_alphabetic() => name,
        _ => format!("stage_{name}"),
    }
}
