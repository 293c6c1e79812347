//! I014: a part of a hybrid model that both sides lead.

use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{FieldView, MapValue, Model, Partition, PartitionPart};
use crate::source::Span;

rule! {
    /// # What it checks
    /// In the partition of a hybrid `model` every value stands once, and nothing stands below `else`.
    ///
    /// # Why it matters
    /// Where both sides lead a part, nobody does.
    ///
    /// # Example
    /// ```sync,fail
    /// model hybrid partition desk.customer by stage {
    ///   visitor, trial -> desk
    ///   trial, paying  -> crm
    /// }
    /// ```
    /// ```sync,pass
    /// model hybrid partition desk.customer by stage {
    ///   visitor, trial -> desk
    ///   paying         -> crm
    /// }
    /// ```
    ///
    /// # How to fix
    /// Give the value to one side.
    ///
    /// # How to waive
    /// It cannot be waived: one side leads.
    pub I014
}

struct Overlap<'m> {
    field: FieldView<'m>,
    value: &'m MapValue,
    earlier: Span,
    beyond_else: bool,
}

/// Finds values that stand twice, each once.
pub fn run(cx: &mut Cx<'_>) {
    let mut found = Vec::new();
    let models = cx.model.operating_models.iter();
    for partition in models.flat_map(|m| &m.partitions) {
        found.extend(
            overlaps(cx.model, partition)
                .into_iter()
                .map(|f| f.describe()),
        );
    }
    found.into_iter().for_each(|f| cx.report(f));
}

fn overlaps<'m>(model: &'m Model, partition: &'m Partition) -> Vec<Overlap<'m>> {
    let mut found = Vec::new();
    let mut seen: Vec<&MapValue> = Vec::new();
    let mut rest: Option<&PartitionPart> = None;
    let Some(field) = model.field(partition.field) else {
        return found;
    };
    for part in &partition.parts {
        for value in part.values.iter().flatten() {
            let twice = seen.iter().find(|v| v.value == value.value).map(|v| v.span);
            let beyond = rest.map(|r| r.span);
            if let Some(earlier) = twice.or(beyond) {
                let beyond_else = twice.is_none();
                found.push(Overlap {
                    field,
                    value,
                    earlier,
                    beyond_else,
                });
            }
            seen.push(value);
        }
        if part.values.is_none() {
            rest = rest.or(Some(part));
        }
    }
    found
}

impl Overlap<'_> {
    fn describe(&self) -> Diagnostic {
        let (value, field) = (&self.value.value, self.field.full_name());
        let finding = if self.beyond_else {
            Diagnostic::new(
                Code::I014,
                format!("`{value}` stands below `else`, which takes it before"),
            )
            .at(self.value.span, "never reached")
            .at(self.earlier, "takes all others")
        } else {
            Diagnostic::new(
                Code::I014,
                format!("two parts of the model have `{value}` of `{field}`"),
            )
            .at(self.value.span, "led from here")
            .at(self.earlier, "and from here")
        };
        finding
            .note("where both sides lead a part, nobody does")
            .help("give the value to one of them")
    }
}
