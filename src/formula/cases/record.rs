//! The record of a case: its fields, and what the inputs put into them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::formula::{
    Blanks, Context, Datum, DatumKind, Fault, Formula, Number, Reference, moment, parse,
};

/// A field as a line has it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FieldLine {
    pub(super) dev_name: String,
    data_type: String,
    /// The formula of a formula field.
    #[serde(default)]
    code: Option<String>,
}

/// A field of a record of a case.
#[derive(Clone)]
struct Field {
    name: String,
    kind: DatumKind,
    percent: bool,
    formula: Option<Formula>,
    value: Datum,
}

/// The record of a case.
#[derive(Clone)]
pub(super) struct Record {
    fields: Vec<Field>,
    blanks: Blanks,
}

impl Record {
    /// The fields in the order of the inputs: what a formula field reads, and is not there yet, stands before it.
    pub(super) fn new(lines: &[FieldLine]) -> Self {
        let mut fields: Vec<Field> = Vec::new();
        for line in lines {
            let formula = line.code.as_deref().and_then(|code| parse(code).ok());
            for reference in formula.iter().flat_map(Formula::fields) {
                let name = reference.path.join(".");
                let known = fields.iter().any(|f| f.name.eq_ignore_ascii_case(&name))
                    || lines
                        .iter()
                        .any(|l| name.eq_ignore_ascii_case(&format!("{}__c", l.dev_name)));
                if !known {
                    fields.push(Field::new(&name, guess(&name), None));
                }
            }
            fields.push(Field::new(
                &format!("{}__c", line.dev_name),
                &line.data_type,
                formula,
            ));
        }
        let blanks = Blanks::AsZeros;
        Self { fields, blanks }
    }

    /// The record with the inputs of a case: `[1, , text]`.
    pub(super) fn filled(&self, inputs: &str) -> Self {
        let mut record = self.clone();
        let inner = inputs.strip_prefix('[').and_then(|i| i.strip_suffix(']'));
        let values = inner.unwrap_or_default().split(", ");
        let plain = record.fields.iter_mut().filter(|f| f.formula.is_none());
        for (field, text) in plain.zip(values) {
            field.value = field.read(text).unwrap_or_default();
        }
        record
    }

    pub(super) fn compute(&self, formula: &Formula, blanks: Blanks) -> Result<Datum, Fault> {
        let mut record = self.clone();
        record.blanks = blanks;
        formula.evaluate(&record, blanks)
    }

    fn field(&self, reference: &Reference) -> Option<&Field> {
        let name = reference.path.join(".");
        self.fields
            .iter()
            .find(|f| f.name.eq_ignore_ascii_case(&name))
    }
}

impl Context for Record {
    fn value(&self, reference: &Reference) -> Result<Datum, Fault> {
        let field = self
            .field(reference)
            .ok_or_else(|| Fault::Reference(reference.clone()))?;
        let Some(formula) = &field.formula else {
            return Ok(field.value.clone());
        };
        let value = formula.evaluate(self, self.blanks)?;
        Ok(match (value, field.kind) {
            (Datum::Blank, DatumKind::Bool) => Datum::Bool(false),
            (Datum::DateTime(at), DatumKind::Date) => Datum::Date(moment::civil(at)?.date()),
            (value, _) => value,
        })
    }

    fn kind(&self, reference: &Reference) -> DatumKind {
        self.field(reference).map_or(DatumKind::Unknown, |f| f.kind)
    }
}

/// The type of a field of which only the name is known: `customdate1__c`.
fn guess(name: &str) -> &str {
    let name = name.strip_prefix("custom").unwrap_or(name);
    let end = name
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(name.len());
    match name.get(..end).unwrap_or_default() {
        "checkbox" => "Boolean",
        "date" => "DateOnly",
        "datetime" => "DateTime",
        "number" => "Double",
        "percent" => "Percent",
        "currency" => "Currency",
        _ => "Text",
    }
}

impl Field {
    fn new(name: &str, data_type: &str, formula: Option<Formula>) -> Self {
        let data_type = data_type.to_ascii_lowercase();
        let kind = match data_type.as_str() {
            "double" | "number" | "integer" | "currency" | "percent" => DatumKind::Number,
            "dateonly" | "date" => DatumKind::Date,
            "datetime" => DatumKind::DateTime,
            "timeonly" | "time" => DatumKind::Time,
            "boolean" | "checkbox" => DatumKind::Bool,
            _ => DatumKind::Text,
        };
        Self {
            name: name.to_owned(),
            kind,
            percent: data_type == "percent",
            value: if kind == DatumKind::Bool {
                Datum::Bool(false)
            } else {
                Datum::Blank
            },
            formula,
        }
    }

    /// The value of an input; none where it is not of the field's type.
    fn read(&self, text: &str) -> Option<Datum> {
        let word = text.trim();
        match self.kind {
            _ if text.is_empty() => (self.kind == DatumKind::Bool).then_some(Datum::Bool(false)),
            DatumKind::Number => {
                let number = Number::parse(word)?;
                Some(Datum::Number(if self.percent {
                    number.share()
                } else {
                    number
                }))
            }
            DatumKind::Bool => Some(Datum::Bool(word.eq_ignore_ascii_case("true"))),
            DatumKind::Date => {
                let at = instant(word, true)?;
                moment::civil(at).ok().map(|at| Datum::Date(at.date()))
            }
            DatumKind::DateTime => instant(word, false).map(Datum::DateTime),
            DatumKind::Time => moment::read_time(word).ok().map(Datum::Time),
            _ => Some(Datum::Text(text.to_owned())),
        }
    }
}

/// Reads `2004:12:31:11:32:00:PST`, from the right as short as wanted; months of any number of days, days of any number of
/// hours.
fn instant(text: &str, day_only: bool) -> Option<i64> {
    let mut parts = text.split(':');
    let mut part = |otherwise: i64| parts.next().map_or(Some(otherwise), |p| p.parse().ok());
    let (year, month, day) = (part(2004)?, part(1)?, part(1)?);
    let (hour, minute, second) = (part(0)?, part(0)?, part(0)?);
    let months = year * 12 + month - 1;
    let first = Date::new(
        i16::try_from(months.div_euclid(12)).ok()?,
        i8::try_from(months.rem_euclid(12) + 1).ok()?,
        1,
    );
    let seconds = if day_only {
        0
    } else {
        hour * 3600 + minute * 60 + second
    };
    let moved = jiff::SignedDuration::from_secs((day - 1) * 86_400 + seconds);
    let local: DateTime = first
        .ok()?
        .to_datetime(Time::midnight())
        .checked_add(moved)
        .ok()?;
    let zone = match parts.next() {
        None | Some("GMT" | "UTC") => TimeZone::UTC,
        Some("PST") => TimeZone::get("America/Los_Angeles").ok()?,
        Some(name) => TimeZone::get(name).unwrap_or(TimeZone::UTC),
    };
    let at = zone.to_timestamp(local).ok()?;
    Some(at.as_millisecond())
}
