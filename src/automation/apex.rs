//! Apex: code is not read. A trigger says in its header which object and which events start it; which fields it may write
//! is guessed from the names in its text.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::draft::{Draft, Head};
use super::names::Names;
use super::{Automation, Effect, Entry, Events, FieldName, Kind, Phase, Written, assigned};
use crate::catalog::{Catalog, FieldType};
use crate::source::{FileId, Span};

/// A file of code.
#[derive(Debug)]
pub(super) struct Code {
    pub path: SmolStr,
    pub stem: SmolStr,
    pub file: FileId,
    pub text: String,
}

/// What is known of the names in code.
#[derive(Debug)]
pub(super) struct Words<'a> {
    names: Names<'a>,
    /// Custom fields by name in lower case, with their object where only one has them.
    owners: BTreeMap<String, Option<SmolStr>>,
    classes: &'a BTreeMap<String, Code>,
}

/// What makes a class something that runs by itself, in lower case.
const STARTS: &[&str] = &[
    "@invocablemethod",
    "@future",
    "@restresource",
    "@httppost",
    "schedulable",
    "database.batchable",
    "queueable",
    "messaging.inboundemailhandler",
];

impl<'a> Words<'a> {
    pub fn new(
        catalog: &'a Catalog,
        names: Names<'a>,
        classes: &'a BTreeMap<String, Code>,
    ) -> Self {
        let mut owners: BTreeMap<String, Option<SmolStr>> = BTreeMap::new();
        for object in &catalog.objects {
            for field in object.fields.iter().filter(|f| f.name.contains("__")) {
                owners
                    .entry(field.name.to_ascii_lowercase())
                    .and_modify(|owner| *owner = None)
                    .or_insert_with(|| Some(object.name.clone()));
            }
        }
        Self {
            names,
            owners,
            classes,
        }
    }

    /// A trigger. None where the text has no header of one.
    pub fn trigger(&self, code: &Code) -> Option<Automation> {
        let text = without_comments(&code.text);
        let header = Header::read(&text)?;
        let object = self.names.object(header.object);
        let mut head = self.head(Kind::ApexTrigger, header.name, code, header.at);
        head.object = Some(object.clone());
        let mut moments = header.moments().into_iter();
        if let Some((phase, events)) = moments.next() {
            head.phase = phase;
            head.events = Some(events);
        }
        head.also = moments.collect();
        let mut draft = Draft::new(self.names);
        draft.opaque = true;
        draft
            .reason("what Apex code does is not read: it may write the fields that its text names");
        let mut fields = self.fields_of(&object, &text, true);
        for class in self.called(&text) {
            fields.extend(self.fields_of(&object, &without_comments(&class.text), false));
        }
        self.possible(&mut draft, &head, fields);
        Some(draft.finish(head))
    }

    /// A class that something other than a trigger or another class starts.
    pub fn class(&self, code: &Code) -> Option<Automation> {
        let text = without_comments(&code.text);
        let lower = text.to_ascii_lowercase();
        if lower.contains("@istest") || !STARTS.iter().any(|s| lower.contains(s)) {
            return None;
        }
        let mut head = self.head(Kind::ApexClass, &code.stem, code, 0);
        head.phase = Phase::Later;
        let mut draft = Draft::new(self.names);
        draft.opaque = true;
        draft
            .reason("what Apex code does is not read: it may write the fields that its text names");
        let mut fields: BTreeSet<FieldName> = words(&text)
            .filter_map(|word| {
                let owner = self.owners.get(&word.text.to_ascii_lowercase())?.as_ref()?;
                Some(self.names.field(owner, word.text))
            })
            .collect();
        fields.extend(assigned::read(&text, self.names).0);
        self.possible(&mut draft, &head, fields);
        Some(draft.finish(head))
    }

    fn head(&self, kind: Kind, name: &str, code: &Code, at: usize) -> Head {
        let start = u32::try_from(at).unwrap_or(0);
        let length = u32::try_from(name.len()).unwrap_or(0);
        Head {
            name: name.into(),
            kind,
            file: code.path.clone(),
            element: name.into(),
            span: Span::new(code.file, start, start.saturating_add(length)),
            object: None,
            events: None,
            phase: Phase::AfterSave,
            also: Vec::new(),
            order: None,
            entry: Entry::EveryTime,
            first: None,
        }
    }

    /// Code may write what it names, and may read it: fields of its record in each of its phases, those of others in the last one.
    fn possible(&self, draft: &mut Draft<'_>, head: &Head, fields: BTreeSet<FieldName>) {
        let saving = |(_, events): &&(Phase, Events)| *events != Events::Deleted;
        let mut phases: Vec<Phase> = head.also.iter().filter(saving).map(|(p, _)| *p).collect();
        phases.insert(0, head.phase);
        phases.dedup();
        let last = phases.last().copied();
        for target in fields {
            draft.read_field(target.clone());
            let own = head.object.as_ref() == Some(&target.object);
            for phase in phases.iter().filter(|p| own || Some(**p) == last) {
                draft.effects.push(Effect {
                    element: head.element.clone(),
                    span: head.span,
                    target: target.clone(),
                    record: if own { Written::Itself } else { Written::Found },
                    phase: *phase,
                    when: None,
                    value: None,
                });
            }
        }
    }

    /// The fields of an object that a text names, and those of others that it assigns; also custom ones that no catalog
    /// knows, if the text is about the object alone.
    fn fields_of(&self, object: &str, text: &str, alone: bool) -> BTreeSet<FieldName> {
        let (mut out, declared) = assigned::read(text, self.names);
        for word in words(text) {
            let elsewhere = |variable: &str| {
                let of = declared.get(&variable.to_ascii_lowercase());
                of.is_some_and(|o| o != object)
            };
            if word.of.is_some_and(elsewhere) {
                continue;
            }
            let custom = word.text.ends_with("__c");
            match self.names.known(object, word.text) {
                Some(field) if custom || (word.part && writable(&field.ty)) => {
                    out.insert(FieldName::new(object, field.name.clone()));
                }
                None if custom
                    && alone
                    && (word.part || word.put)
                    && !self.owners.contains_key(&word.text.to_ascii_lowercase()) =>
                {
                    out.insert(FieldName::new(object, word.text));
                }
                _ => {}
            }
        }
        out
    }

    /// The classes that a text names.
    fn called(&self, text: &str) -> Vec<&'a Code> {
        let named: BTreeSet<String> = words(text)
            .map(|word| word.text.to_ascii_lowercase())
            .collect();
        named
            .iter()
            .filter_map(|name| self.classes.get(name))
            .collect()
    }
}

/// Whether a field can be assigned at all.
const fn writable(ty: &FieldType) -> bool {
    !matches!(ty, FieldType::Id)
}

/// The header of a trigger.
struct Header<'t> {
    name: &'t str,
    object: &'t str,
    events: String,
    at: usize,
}

impl<'t> Header<'t> {
    /// `trigger NAME on OBJECT (before insert, after update)`.
    fn read(text: &'t str) -> Option<Self> {
        let open = text.find('(')?;
        let head = text.get(..open)?;
        let mut parts = head.split_whitespace();
        let starts = parts.next()?.eq_ignore_ascii_case("trigger");
        let name = parts.next()?;
        let on = parts.next()?.eq_ignore_ascii_case("on");
        let object = parts.next()?;
        if !starts || !on || parts.next().is_some() {
            return None;
        }
        let events = text.get(open + 1..)?.split_once(')')?.0;
        Some(Self {
            name,
            object,
            events: events.to_ascii_lowercase(),
            at: head.find(name)?,
        })
    }

    /// The events that the header names, each `before` or `after`, by phase.
    fn moments(&self) -> Vec<(Phase, Events)> {
        let mut found: Vec<(Phase, Events)> = Vec::new();
        for (word, phase) in [("before", Phase::BeforeSave), ("after", Phase::AfterSave)] {
            let has = |event: &str| {
                let mut named = self.events.split(',');
                named.any(|n| n.split_whitespace().eq([word, event]))
            };
            let made = has("insert") || has("undelete");
            found.extend(match (made, has("update")) {
                (true, true) => Some((phase, Events::Saved)),
                (true, false) => Some((phase, Events::Created)),
                (false, true) => Some((phase, Events::Updated)),
                (false, false) => None,
            });
            found.extend(has("delete").then_some((phase, Events::Deleted)));
        }
        found
    }
}

/// A name in a text, whether it is a part of something, and the name of that; or whether it is put somewhere by name.
struct Word<'t> {
    text: &'t str,
    part: bool,
    put: bool,
    of: Option<&'t str>,
}

fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut at = 0;
    let mut last: Option<(&str, usize)> = None;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(name)?;
        let tail = text.get(start..)?;
        let length = tail.find(|c| !name(c)).unwrap_or(tail.len());
        at = start + length;
        let word = tail.get(..length)?;
        let before = text.get(..start)?;
        let part = before.trim_end().ends_with('.');
        let put = before.ends_with("put('");
        let of = last.filter(|(_, end)| text.get(*end..start).is_some_and(|t| t.trim() == "."));
        last = Some((word, at));
        Some(Word {
            text: word,
            part,
            put,
            of: of.map(|(word, _)| word),
        })
    })
}

/// The text with blanks for its comments, so that places stay.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(_)) if quoted => {
                out.push(c);
                out.extend(chars.next());
            }
            ('\'', _) => {
                quoted = !quoted;
                out.push(c);
            }
            ('/', Some('/')) if !quoted => {
                out.push(' ');
                while let Some(c) = chars.next_if(|c| *c != '\n') {
                    out.extend(std::iter::repeat_n(' ', c.len_utf8()));
                }
            }
            ('/', Some('*')) if !quoted => {
                out.push(' ');
                let mut last = ' ';
                for c in chars.by_ref() {
                    out.extend(std::iter::repeat_n(blank(c), c.len_utf8()));
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_triggers_are_read_past_comments() {
        let text = without_comments(
            "// trigger X on Y (\n/* ü */ trigger Sync on Lead(before insert, after update) { }",
        );
        let header = Header::read(&text).expect("a header");
        assert_eq!((header.name, header.object), ("Sync", "Lead"));
        let moments = [
            (Phase::BeforeSave, Events::Created),
            (Phase::AfterSave, Events::Updated),
        ];
        assert_eq!(header.moments(), moments);
        assert!(text.get(header.at..).is_some_and(|t| t.starts_with("Sync")));
        for bad in [
            "",
            "(",
            "class X (",
            "trigger X (before insert)",
            "trigger X on Y",
        ] {
            assert!(Header::read(bad).is_none(), "{bad}");
        }
    }
}
