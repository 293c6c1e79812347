//! G003: whether updates come to rest depends on what nobody knows.

use super::words;
use crate::analyze::graph::Judged;
use crate::analyze::settle::Verdict;
use crate::analyze::settle::network::{CellId, Writer};
use crate::check::Cx;
use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Automation, FieldRef, Model, RowView, System};
use crate::side::Side;
use crate::text::{list, number};

rule! {
    /// # What it checks
    /// For each circle of rows and automations it is decided whether it comes to rest. What stands against that is an
    /// automation whose condition or value is not known, a circle of so many values that they cannot all be tried, or functions
    /// on both sides of which nothing says that they leave their values alone after some rounds. One side without automations,
    /// or with such as leave alone what rows write (`trim`, where the row trims), is proof enough, whatever the other one does;
    /// so is that nobody is left who could start a row or an automation again and again: one whose condition has to become
    /// true needs somebody after whom it is false, a number that is only added to passes a bound once, and one that is added to
    /// only while it lies below a bound ends there, whichever side adds and whatever a row that copies it hands on.
    ///
    /// # Why it matters
    /// What is not proved may loop in production.
    ///
    /// # Example
    /// ```sync,fail
    /// automation crm "Tidy" {
    ///   when    Case.Language__c changes
    ///   writes  Case.Language__c
    /// }
    ///
    /// automation desk "Tidy" {
    ///   when    ticket.language changes
    ///   writes  ticket.language
    /// }
    ///
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   language <-> Language__c
    /// }
    /// ```
    /// ```sync,pass
    /// automation crm "Tidy" {
    ///   when  Case.Language__c changes
    ///   sets  Case.Language__c = trim(Case.Language__c)
    /// }
    ///
    /// automation desk "Tidy" {
    ///   when  ticket.language changes
    ///   sets  ticket.language = trim(ticket.language)
    /// }
    ///
    /// sync Ticket: desk.ticket <-> crm.Case {
    ///   truth  desk
    ///   match  subject = Subject
    ///   many   desk hold
    ///   many   crm hold
    ///   delete keep
    ///
    ///   language <-> Language__c
    /// }
    /// ```
    ///
    /// # How to fix
    /// Declare what the automation writes: `sets F = …` instead of `writes F`, or its condition. Where there are too many
    /// values, let one of the rows travel one way, or one of the writers go.
    ///
    /// # How to waive
    /// `allow G003 in Ticket because "…" by "…" until 2027-06-30`: the reason says why it comes to rest.
    pub G003
}

/// The kind of what a platform does by itself.
const PLATFORM: &str = "platform";

struct Undecided<'m> {
    model: &'m Model,
    judged: &'m Judged,
    verdict: &'m Verdict,
}

/// Finds parts of the cell graph of which nobody can say whether they come to rest.
pub fn run(cx: &mut Cx<'_>) {
    let model = cx.model;
    for judged in &cx.facts.graph.parts {
        let verdict = judged.judgement.verdict();
        let open = match verdict {
            Verdict::Undecided { .. } | Verdict::TooLarge { .. } => true,
            Verdict::Diverges(_) => judged.growth.is_none(),
            Verdict::Stable | Verdict::Settles { .. } => judged.is_sampled(),
            Verdict::Oscillates(_) => false,
        };
        if open {
            let found = Undecided {
                model,
                judged,
                verdict,
            };
            cx.report(found.describe());
        }
    }
}

impl Undecided<'_> {
    fn describe(&self) -> Diagnostic {
        let name = words::subject(self.model, self.judged);
        let finding = Diagnostic::new(
            Code::G003,
            format!("nobody can say whether `{name}` settles"),
        );
        let finding = words::point(finding, self.model, self.judged, "this row");
        match self.verdict {
            Verdict::Undecided { why, witness } => {
                let story = words::story(self.model, &self.judged.built, witness);
                let (note, help) = self.unknown(why);
                finding.story(story).note(note).help(help)
            }
            Verdict::TooLarge { states, cut } => {
                let size = match states {
                    Some(n) => format!("{} combinations of values", number(*n)),
                    None => "more combinations of values than can be counted".to_owned(),
                };
                let note = format!(
                    "the fields that write each other have {size}, and more ways from one to another than are tried"
                );
                let help = match self.decider() {
                    Some(first) => format!("{first}\nor {}", self.smaller(cut)),
                    None => self.smaller(cut),
                };
                finding.note(note).help(help)
            }
            Verdict::Diverges(witness) => {
                let story = words::story(self.model, &self.judged.built, witness);
                finding
                    .story(story)
                    .note("the values are new in each of these rounds, and nothing says that they end")
                    .help(words::remedies(self.model, self.judged))
            }
            Verdict::Stable | Verdict::Settles { .. } => finding
                .note(match self.judged.built.sampled {
                    true => "it comes to rest with every set that was tried, and conditions ask for more members than all sets are tried of",
                    false => "it comes to rest with every value that was tried, and nothing says that others behave like them",
                })
                .help(self.decider().unwrap_or_else(|| words::remedies(self.model, self.judged))),
            Verdict::Oscillates(_) => finding,
        }
    }

    /// Who does what nobody knows, and what to declare of it.
    fn unknown(&self, why: &[Writer]) -> (String, String) {
        let built = &self.judged.built;
        let mut names: Vec<String> = Vec::new();
        for writer in why {
            let name = words::writer(self.model, built, *writer);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let (_, automations) = words::split(built, why);
        let automations: Vec<&Automation> = automations
            .iter()
            .filter_map(|a| self.model.automations.get(a.index()))
            .collect();
        let note = match names.as_slice() {
            [] => "it depends on which of two edits is the newer one".to_owned(),
            names => format!("it depends on {}, of which not all is known", list(names)),
        };
        let asking = automations.iter().find(|a| !a.asks.is_empty());
        match (asking, automations.first()) {
            (Some(asking), _) => self.asked(asking, note),
            (None, Some(first)) => (note, self.known(first)),
            (None, None) if self.both_ways() => (note, "let the value travel one way".to_owned()),
            (None, None) => (note, "let one of these writers go".to_owned()),
        }
    }

    /// What an automation asks of whoever is at work, and what would make that known.
    fn asked(&self, automation: &Automation, note: String) -> (String, String) {
        let system = self.model.systems.get(automation.system.index());
        let user = system.and_then(System::user);
        let user = user.map_or("the integration user".to_owned(), |u| format!("`{u}`"));
        let asks: Vec<String> = automation.asks.iter().map(|a| format!("`{a}`")).collect();
        let note = format!(
            "{note}: nothing here says what {} is for {user}",
            list(&asks)
        );
        let help = match self.judged.remedies.is_empty() {
            true => self.declared(automation),
            false => words::remedies(self.model, self.judged),
        };
        (note, help)
    }

    /// What would make known what an automation of the part writes, where that is not known.
    fn decider(&self) -> Option<String> {
        let ids = self.judged.built.automations.iter().flatten();
        let all = ids.filter_map(|id| self.model.automations.get(id.index()));
        let mut unknown = all.filter(|a| a.effects.iter().any(|e| e.value.is_none()));
        let first = unknown.find(|a| a.kind != PLATFORM || self.switch(a).is_some())?;
        Some(self.known(first))
    }

    /// What would make known what an automation writes.
    fn known(&self, automation: &Automation) -> String {
        let switch = self.switch(automation);
        switch.unwrap_or_else(|| self.declared(automation))
    }

    /// The switch of what a platform does by itself.
    fn switch(&self, automation: &Automation) -> Option<String> {
        let started = automation
            .changes
            .first()
            .filter(|_| automation.kind == PLATFORM)?;
        let started = self.model.field(*started)?;
        let profile = started.system.profile;
        let mut writes = profile.writes_on(&started.object.name, started.name());
        let setting = writes.find_map(|w| w.setting)?;
        Some(format!(
            "switch it off in {}, and say so in the system's block\n  {setting} off",
            started.system.kind.title()
        ))
    }

    /// What is to be declared of an automation.
    fn declared(&self, automation: &Automation) -> String {
        let system = self.model.systems.get(automation.system.index());
        let mut effects = automation.effects.iter();
        let unknown = effects.clone().find(|e| e.value.is_none());
        let field = unknown.or(effects.next()).and_then(|e| {
            let field = self.model.field(e.target)?;
            Some(format!("{}.{}", field.object.name, field.name()))
        });
        format!(
            "declare what it writes\n  automation {} \"{}\" {{\n    when  …\n    sets  {} = …\n  }}",
            system.map_or("…", |s| s.name.node.as_str()),
            automation.name,
            field.unwrap_or_else(|| "…".to_owned()),
        )
    }

    fn smaller(&self, cut: &[CellId]) -> String {
        let places = cut
            .iter()
            .filter_map(|c| self.judged.built.places.get(c.index()));
        let fields: Vec<FieldRef> = places.filter_map(|p| p.field()).collect();
        let mut rows: Vec<String> = Vec::new();
        for field in &fields {
            let own = |r: &RowView<'_>| {
                let mut ends = Side::BOTH
                    .into_iter()
                    .filter_map(|s| r.row.cells.get(s).field());
                ends.any(|f| f == *field)
            };
            let name = self
                .two_way()
                .find(own)
                .map(|r| format!("`{}`", r.row.name));
            rows.extend(name.filter(|n| !rows.contains(n)));
        }
        rows.truncate(2);
        if rows.is_empty() {
            let names = fields.iter().take(2);
            let names = names.map(|f| format!("`{}`", self.model.field_name(*f)));
            let names = list(&names.collect::<Vec<_>>());
            return format!("let one of the writers of {names} go, or map fewer values");
        }
        format!(
            "let row {} travel one way, or map fewer values",
            rows.join(" or ")
        )
    }

    /// Whether a row of the part travels both ways, so that it could travel one way instead.
    fn both_ways(&self) -> bool {
        self.two_way().next().is_some()
    }

    /// The rows of the part that travel both ways.
    fn two_way(&self) -> impl Iterator<Item = RowView<'_>> {
        let rows = self.judged.built.own_rows();
        let rows = rows.filter_map(|r| self.model.row(r));
        rows.filter(|r| r.two_way())
    }
}
