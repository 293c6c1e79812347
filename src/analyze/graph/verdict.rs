//! The judgement about a part, and what would change it.

use rust_decimal::Decimal;

use super::build::{Built, Writers, build};
use super::consequence::replaces;
use super::domain::Seeds;
use super::edge::AutomationId;
use super::making::Reads;
use super::memo::Memo;
use super::parts::Component;
use super::place::Place;
use super::proof::{self, Grounds};
use super::stamps::{Kept, Stamps, kept_stamps};
use crate::analyze::settle::law::rests;
use crate::analyze::settle::network::{BLANK, Guard, RowId as RowAt, RuleId, Writer as At};
use crate::analyze::settle::{
    Judgement, Limits, Network, Verdict, Witness, anywhere, judge, most_steps,
};
use crate::model::{RowId, StartedBy};
use crate::side::Side;
use crate::value::Value;

/// How much of a part is searched.
const LIMITS: Limits = Limits {
    states: 100_000,
    steps: 6_400_000,
    rounds: 6,
};
/// The steps of a search that may come to its end, counted before; values without an end are not all reached, and cannot be
/// counted so.
const COUNTED: u64 = 16_000_000;
/// The steps of a search in which a loop that needs few edits is found.
const SHALLOW: usize = 200_000;
/// The states from which a part is tried, whether they can be reached or not.
const ANYWHERE: usize = 1_000_000;
/// The steps of a search for more of what a first one found nothing of, or for the rounds of what the law says to rest,
/// counted before.
const MORE: u64 = 1_000_000;
/// The steps of a search among values without an end.
const OPEN: usize = 100_000;
/// The steps of a search where nobody knows what is written: counting does not know it either.
const UNKNOWN: usize = 400_000;
/// The steps of a search for what becomes of a loop beside those who write what it reads.
const BESIDE: usize = 100_000;
/// The steps, or states, of a search for whether a change would bring a part to rest: there are many, and it is only advice.
const ADVICE: usize = 200_000;

/// Rounds that the law counts out where nothing has to wait: a search would find as many.
const TIGHT: u32 = 2;

/// A part with what was found about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The network, and what its positions stand for.
    pub built: Built,
    /// What the search says of it.
    pub judgement: Judgement,
    /// How it is known, where it comes to rest.
    pub grounds: Grounds,
    /// What grows, where it never comes to rest for that; none where each round makes another value of no known measure.
    pub growth: Option<Growth>,
    /// What would bring it to rest, where it never comes to rest; each was tried.
    pub remedies: Vec<Remedy>,
    /// Whether others write to what it reads, and were too many to be judged with it: what a record holds there may not be what
    /// they leave it.
    pub alone: bool,
}

/// A change after which a part comes to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Values of the row travel from this side only.
    OneWay(RowId, Side),
    /// The row no longer undoes drift.
    NoEnforce(RowId),
    /// Values that differ in case alone are one to the row.
    IgnoreCase(RowId),
    /// The automation does not run for the user of the sync.
    Guarded(AutomationId),
    /// The automation is gone, or nothing that writes in the loop starts it: the user of the sync is not all that does.
    Without(AutomationId),
}

/// What grows without an end, as the first rounds of a witness show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growth {
    /// Where.
    pub place: Place,
    /// What is there, one value after the other: numbers and times that only go up, or only down, texts that only become longer.
    pub values: Vec<Value>,
    /// By how much each time, where it is the same: a number, the characters of a text, days, milliseconds.
    pub by: Option<Decimal>,
}

/// Judges a part. What depends on moments that nobody knows is judged again with such as only go on, each later than what stands
/// there: what never comes to rest with these is a loop, whichever moments they are. Days are all the same until the next one.
pub(super) fn judged(writers: Writers<'_>, component: &Component, known: &Known) -> Judged {
    let judged = told(writers, component, known);
    let undecided = matches!(judged.judgement.verdict(), Verdict::Undecided { .. });
    let kept = undecided.then(|| kept_stamps(writers, component));
    let Some(kept) = kept.flatten() else {
        return judged;
    };
    let stamps = Stamps::Later;
    let again = told(Writers { stamps, ..writers }, component, known);
    match again.judgement.verdict() {
        Verdict::Oscillates(_) | Verdict::Diverges(_) => again,
        _ if kept == Kept::Days => again,
        _ => judged,
    }
}

/// By the law, if a part has one; else by a search. What loops beside cells that it only reads is judged again with whoever writes
/// those: a record does not keep whatever people enter there.
fn told(writers: Writers<'_>, component: &Component, known: &Known) -> Judged {
    let mut best = searched(writers, component, known, Reads::All);
    // what brings the part to rest by itself does so beside others
    best.remedies = remedies(writers, &best, known);
    if best.witness().is_some() {
        let few = build(writers, component, Seeds::Few, Reads::Around);
        if !is_whole(&few, &best.built) {
            let around = || searched(writers, component, known, Reads::Around);
            let open = |j: &Judged| matches!(j.judgement.verdict(), Verdict::Undecided { .. });
            let undecided = open(&best);
            let told = |j: &Judged| !j.is_too_large() && !j.is_sampled() && (undecided || !open(j));
            let around = (!few.cut).then(around).filter(told);
            best.alone = around.is_none();
            if let Some(mut around) = around {
                around.remedies = match around.witness() {
                    Some(_) => best.remedies,
                    None => remedies(writers, &around, known),
                };
                best = around;
            }
        }
    }
    best.growth = growth(&best);
    best
}

/// Whether there is nothing around a part: nobody else writes to what it reads.
fn is_whole(around: &Built, built: &Built) -> bool {
    let effects = |built: &Built| {
        let rules = built.network.rules.iter();
        rules.map(|r| r.effects.len()).sum::<usize>()
    };
    around.rows.len() == built.rows.len() && effects(around) == effects(built)
}

/// What is found of a part with few values first, since a loop that few values have is the shortest, then with as many as can be
/// searched. A part that is too large even so is judged by its own cells alone.
fn searched(writers: Writers<'_>, component: &Component, known: &Known, reads: Reads) -> Judged {
    let model = writers.model;
    let few = build(writers, component, Seeds::Few, reads);
    let law = rests(&few.network, &|live| proof::automatic(model, &few, live));
    let long = most_steps(&few.network) > MORE;
    if let Some(rounds) = law.filter(|r| *r <= TIGHT || long) {
        return Judged::new(few, Judgement::settled(rounds), Grounds::Law);
    }
    let search = |built: Built| {
        let network = &built.network;
        let (judgement, counted) = match reads {
            Reads::Around => (
                judge(network, limits(network).within(BESIDE)),
                Grounds::Search,
            ),
            Reads::All | Reads::Inside => known.judge(network),
        };
        (Judged::new(built, judgement, Grounds::Sample), counted)
    };
    // where values are only copied, few of them are all that matter
    let ladder: &[Seeds] = match few.tried {
        true => &[Seeds::Few, Seeds::Some, Seeds::All],
        false => &[Seeds::Some, Seeds::Few],
    };
    let mut found: Option<Judged> = None;
    for seeds in ladder {
        let more = match seeds {
            Seeds::Few => few.clone(),
            Seeds::Some | Seeds::All => build(writers, component, *seeds, reads),
        };
        if found.is_some() && most_steps(&more.network) > MORE {
            break;
        }
        let (mut more, counted) = search(more);
        if more.is_too_large() && few.tried {
            break;
        }
        if more.is_too_large() {
            continue;
        }
        let exact = *seeds != Seeds::Few && !more.built.tried;
        let searched = exact || more.built.tried && proof::is_searched(model, &more.built);
        if searched && !more.built.sampled {
            more.grounds = counted;
        }
        let settles = more.judgement.verdict().rounds().is_some();
        let proved = more.grounds != Grounds::Sample;
        let done = !settles || proved || more.is_open() || more.built.sampled;
        found = Some(more);
        if done {
            break;
        }
    }
    let inside = || build(writers, component, Seeds::Few, Reads::Inside);
    let mut best = found.unwrap_or_else(|| search(inside()).0);
    if let Some(rounds) = law {
        if best.is_too_large() {
            best.judgement = Judgement::settled(rounds);
        }
        if best.grounds == Grounds::Sample {
            best.grounds = Grounds::Law;
        }
    }
    best
}

/// What grows in the rounds of a part whose values have no end: the first cell with a measure that only ever rises, or falls.
fn growth(judged: &Judged) -> Option<Growth> {
    let Verdict::Diverges(witness) = judged.judgement.verdict() else {
        return None;
    };
    let built = &judged.built;
    let cells = built.network.cells.iter().enumerate();
    let mut found = cells.filter(|(_, c)| c.open).filter_map(|(at, cell)| {
        let steps = witness.steps.iter().skip(witness.again.saturating_sub(1));
        let mut held: Vec<u16> = steps.filter_map(|s| s.cells.get(at).copied()).collect();
        held.dedup();
        // the last value stands for others
        held.retain(|v| usize::from(*v) + 1 < cell.size());
        held.drain(..held.iter().take_while(|v| **v == BLANK).count());
        let domain = built.values.get(at)?;
        let values = held.iter().map(|v| domain.get(usize::from(*v)).cloned());
        let values = values.collect::<Option<Vec<Value>>>()?;
        // what one side raises the other one may lower by less: then it rises from one of its turns to the next
        (1..=2).find_map(|turns| {
            let mut values: Vec<Value> = values.iter().rev().step_by(turns).cloned().collect();
            values.reverse();
            let by = rising(&values)?;
            Some(Growth {
                place: *built.places.get(at)?,
                values,
                by,
            })
        })
    });
    found.next()
}

/// The difference between each two of some values, if there are differences, and their measures only rise or only fall: none
/// within where they differ. Two differences at least, since one is no growth.
fn rising(values: &[Value]) -> Option<Option<Decimal>> {
    let sizes: Option<Vec<Decimal>> = values.iter().map(measure).collect();
    let sizes = sizes?;
    let steps = sizes.windows(2).map(|pair| match pair {
        [from, to] => to.checked_sub(*from),
        _ => None,
    });
    let steps = steps.collect::<Option<Vec<Decimal>>>()?;
    let first = *steps.first().filter(|_| steps.len() > 1)?;
    let same_way = |d: &Decimal| !d.is_zero() && d.is_sign_positive() == first.is_sign_positive();
    let text = matches!(values, [Value::Text(_), ..]);
    let grows = steps.iter().all(same_way) && !(text && first.is_sign_negative());
    grows.then(|| Some(first).filter(|_| steps.iter().all(|d| *d == first)))
}

/// How large a value is: a number itself, a text by its characters, a time by what has passed.
fn measure(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(n) => Some(*n),
        Value::Text(text) => Some(text.chars().count().into()),
        Value::Date(day) => {
            let since = day.duration_since(jiff::civil::Date::ZERO);
            Some((since.as_hours() / 24).into())
        }
        Value::DateTime(ms) => Some((*ms).into()),
        _ => None,
    }
}

/// What was found about networks so far.
#[derive(Default)]
pub(super) struct Known {
    /// Each with how its rounds are known, if all its values are.
    judgements: Memo<Network, (Judgement, Grounds)>,
    /// Of networks with a change in them: whether they come to rest.
    changed: Memo<Network, bool>,
}

impl Known {
    /// What is found about a network. One that takes long is searched a little, for a loop that is found soon, and then from
    /// anywhere, before it is searched as a whole.
    fn judge(&self, network: &Network) -> (Judgement, Grounds) {
        self.judgements.get(network, |network| {
            let whole = limits(network);
            if most_steps(network) > MORE {
                let little = judge(network, whole.within(SHALLOW));
                if !matches!(little.verdict(), Verdict::TooLarge { .. }) {
                    return (little, Grounds::Search);
                }
                if let Some(rounds) = anywhere(network, ANYWHERE) {
                    return (Judgement::settled(rounds), Grounds::Law);
                }
                if whole.steps <= SHALLOW {
                    return (little, Grounds::Search);
                }
            }
            (judge(network, whole), Grounds::Search)
        })
    }

    fn settles(&self, network: &Network) -> bool {
        self.changed.get(network, |network| {
            let within = |steps| judge(network, limits(network).within(steps));
            let little = within(SHALLOW / 10);
            let judgement = match little.verdict() {
                Verdict::TooLarge { .. } if anywhere(network, ADVICE).is_some() => return true,
                Verdict::TooLarge { .. } => within(ADVICE),
                _ => little,
            };
            judgement.verdict().rounds().is_some()
        })
    }
}

/// How much of a network is searched.
fn limits(network: &Network) -> Limits {
    if network.cells.iter().any(|c| c.open) {
        return LIMITS.within(OPEN);
    }
    match most_steps(network) > COUNTED {
        true => LIMITS.within(SHALLOW),
        false if network.unknown().is_empty() => LIMITS,
        false => LIMITS.within(UNKNOWN),
    }
}

impl Judged {
    const fn new(built: Built, judgement: Judgement, grounds: Grounds) -> Self {
        Self {
            built,
            judgement,
            grounds,
            growth: None,
            remedies: Vec::new(),
            alone: false,
        }
    }

    fn is_open(&self) -> bool {
        self.built.network.cells.iter().any(|c| c.open)
    }

    fn is_too_large(&self) -> bool {
        matches!(self.judgement.verdict(), Verdict::TooLarge { .. })
    }

    /// Whether it comes to rest with all that was tried, and nobody knows of the rest.
    pub fn is_sampled(&self) -> bool {
        self.judgement.verdict().rounds().is_some() && self.grounds == Grounds::Sample
    }

    /// The run that never comes to rest, where one is known.
    pub fn witness(&self) -> Option<&Witness> {
        match self.judgement.verdict() {
            Verdict::Oscillates(witness)
            | Verdict::Diverges(witness)
            | Verdict::Undecided { witness, .. } => Some(witness),
            Verdict::Stable | Verdict::Settles { .. } | Verdict::TooLarge { .. } => None,
        }
    }

    /// Who writes in the rounds that repeat, each once; all writers of the part where no such rounds are known.
    pub fn turning(&self) -> Vec<At> {
        let network = &self.built.network;
        let Some(witness) = self.witness() else {
            let rows = (0..).zip(&network.rows).flat_map(|(at, row)| {
                let lanes = Side::BOTH
                    .into_iter()
                    .filter(|s| row.lanes.get(*s).is_some());
                lanes.map(move |side| At::Row(RowAt(at), side))
            });
            let rules = (0..network.rules.len() as u16).map(|at| At::Rule(RuleId(at)));
            return rows.chain(rules).collect();
        };
        let steps = witness.steps.iter().skip(witness.again);
        let mut writers: Vec<At> = steps.flat_map(|s| &s.acts).map(|a| a.writer).collect();
        writers.sort_unstable();
        writers.dedup();
        writers
    }
}

/// The changes that bring a part to rest, of those that concern who writes in the rounds that repeat.
fn remedies(writers: Writers<'_>, judged: &Judged, known: &Known) -> Vec<Remedy> {
    let model = writers.model;
    let built = &judged.built;
    let mut found = Vec::new();
    if judged.witness().is_none() && !judged.is_sampled() {
        return found;
    }
    // what comes to rest with the values that were tried is no way out where nobody would know of the others
    let settles = |changed: &Built| {
        let known_of = |live: &[bool]| proof::automatic(model, changed, live);
        let searched = || {
            judged.witness().is_some()
                && known.settles(&changed.network)
                && !changed.sampled
                && (!changed.tried || proof::is_searched(model, changed))
        };
        rests(&changed.network, &known_of).is_some() || searched()
    };
    for writer in judged.turning() {
        match writer {
            At::Row(at, from) => {
                let Some(id) = built.rows.get(at.index()).copied() else {
                    continue;
                };
                let two_way = model.row(id).is_some_and(|r| r.two_way());
                for side in Side::BOTH.into_iter().filter(|_| two_way) {
                    let one_way = change(built, at, |row| *row.lanes.get_mut(!side) = None);
                    let remedy = Remedy::OneWay(id, side);
                    let agrees = || !is_replaced(writers, id, side);
                    if !found.contains(&remedy) && agrees() && settles(&one_way) {
                        found.push(remedy);
                    }
                }
                let mut enforced = false;
                let tame = change(built, at, |row| {
                    if let Some(lane) = row.lanes.get_mut(from) {
                        enforced = std::mem::take(&mut lane.enforce);
                    }
                });
                if enforced && settles(&tame) {
                    found.push(Remedy::NoEnforce(id));
                }
                if from == Side::Left || !two_way {
                    let folded = fold(built, at);
                    if folded.as_ref().is_some_and(settles) {
                        found.push(Remedy::IgnoreCase(id));
                    }
                }
            }
            At::Rule(at) => {
                let Some(id) = built.automations.get(at.index()).copied().flatten() else {
                    continue;
                };
                if !settles(&gone(built, at)) {
                    continue;
                }
                let guarded = guarded(built, at);
                found.push(match guarded.as_ref().is_some_and(settles) {
                    true => Remedy::Guarded(id),
                    false => Remedy::Without(id),
                });
            }
        }
    }
    found
}

/// Whether what a row writes from this side is replaced by an automation: on a two-way row the value of that travels back, and
/// from one side alone both would never agree.
fn is_replaced(writers: Writers<'_>, row: RowId, from: Side) -> bool {
    let Some(view) = writers.model.row(row) else {
        return false;
    };
    let target = view.row.cells.get(!from).field();
    let mut edges = writers.edges.iter().filter(|e| Some(e.target) == target);
    edges.any(|e| replaces(writers.model, view, from, e))
}

/// The part with another row.
fn change(
    built: &Built,
    at: RowAt,
    f: impl FnOnce(&mut crate::analyze::settle::network::Row),
) -> Built {
    let mut changed = built.clone();
    if let Some(row) = changed.network.rows.get_mut(at.index()) {
        f(row);
    }
    changed
}

/// The part without an automation.
fn gone(built: &Built, at: RuleId) -> Built {
    let mut changed = built.clone();
    if let Some(rule) = changed.network.rules.get_mut(at.index()) {
        rule.guard = Guard::Not(Box::new(Guard::Always));
    }
    if let Some(here) = changed.automations.get_mut(at.index()) {
        *here = None;
    }
    changed
}

/// The part with an automation that does not run for the user of the sync; none where it did not before.
fn guarded(built: &Built, at: RuleId) -> Option<Built> {
    let mut changed = built.clone();
    let rule = changed.network.rules.get_mut(at.index())?;
    let by = std::mem::replace(&mut rule.by, StartedBy::People);
    (by == StartedBy::Anyone).then_some(changed)
}

/// The part with a row that takes values for one which differ in case alone; none where there are no such values.
fn fold(built: &Built, at: RowAt) -> Option<Built> {
    let row = built.network.rows.get(at.index())?;
    let mut changed = false;
    let mut class = row.class.clone();
    for side in Side::BOTH {
        let values = built.values.get(row.cells.get(side).index())?;
        let lower = |v: &crate::value::Value| v.as_text().map(str::to_lowercase);
        let of = class.get_mut(side);
        for i in 0..values.len() {
            let first = values
                .iter()
                .position(|v| lower(v).is_some() && values.get(i).and_then(lower) == lower(v));
            let to = first.and_then(|f| of.get(f).copied());
            if let (Some(to), Some(slot)) = (to, of.get_mut(i))
                && *slot != to
            {
                *slot = to;
                changed = true;
            }
        }
    }
    changed.then(|| change(built, at, |row| row.class = class))
}
