//! The judgement about a part: how it is searched, and how far.

use super::build::{self, Built, Writers, build};
use super::domain::Seeds;
use super::edge::AutomationId;
use super::growth::{Growth, growth};
use super::making::Reads;
use super::memo::Memo;
use super::parts::Component;
use super::proof::{self, Grounds};
use super::remedy::{Remedy, remedies};
use super::stamps::{Kept, Stamps, kept_stamps};
use crate::analyze::settle::law::rests;
use crate::analyze::settle::network::{RowId as RowAt, RuleId, Writer as At};
use crate::analyze::settle::{
    Judgement, Limits, Network, Verdict, Witness, anywhere, judge, most_steps,
};
use crate::model::SyncId;
use crate::side::Side;

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
/// The steps of a search among values that are counted from a few, and have an end.
const COUNTS: usize = 300_000;
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
    /// The rounds that counters of it take at most from farther than was tried, where it comes to rest.
    pub counted: u32,
    /// What grows, where it never comes to rest for that; none where each round makes another value of no known measure.
    pub growth: Option<Growth>,
    /// What would bring it to rest, where it never comes to rest; each was tried.
    pub remedies: Vec<Remedy>,
    /// Why it was judged without others who write to what it reads, where there are some: what a record holds there may not be
    /// what they leave it.
    pub alone: Option<Alone>,
}

/// Why a part that goes on was judged without others who write to what it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alone {
    /// They are too many.
    Many,
    /// It comes to rest with them, but this sync of theirs need not hold the records which it reads.
    Apart(SyncId),
    /// It goes on where two records refer to one.
    Crowded,
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
    for reads in [Reads::Around, Reads::Related] {
        if best.witness().is_some() && best.alone.is_none() {
            best = beside(writers, component, known, (best, reads));
        }
    }
    if best.witness().is_none() {
        best = crowded(writers, component, best);
    }
    best.growth = growth(writers.model, &best);
    best
}

/// What is found of a part that comes to rest where two of its records refer to one: what goes on then is told, and nothing else
/// changes.
fn crowded(writers: Writers<'_>, component: &Component, alone: Judged) -> Judged {
    let Some(twins) = build::crowded(writers, component, Seeds::Some) else {
        return alone;
    };
    let judgement = judge(&twins.network, limits(&twins.network).within(BESIDE));
    let found = Judged::new(twins, judgement, Grounds::Sample);
    match found.judgement.verdict() {
        Verdict::Oscillates(_) => Judged {
            alone: Some(Alone::Crowded),
            ..found
        },
        _ => alone,
    }
}

/// What is found of a part that goes on, beside more of those who write what it reads.
fn beside(
    writers: Writers<'_>,
    component: &Component,
    known: &Known,
    (mut best, reads): (Judged, Reads),
) -> Judged {
    let few = build(writers, component, Seeds::Few, reads);
    if is_whole(&few, &best.built) {
        return best;
    }
    let open = |j: &Judged| matches!(j.judgement.verdict(), Verdict::Undecided { .. });
    let undecided = open(&best);
    let told = |j: &Judged| !j.is_too_large() && !j.is_sampled() && (undecided || !open(j));
    let more = || searched(writers, component, known, reads);
    let more = (!few.cut).then(more).filter(told);
    let Some(mut more) = more else {
        best.alone = Some(Alone::Many);
        return best;
    };
    let leaving = more.built.leaving(writers.model);
    if let Some(sync) = leaving.filter(|_| more.witness().is_none()) {
        best.alone = Some(Alone::Apart(sync));
        return best;
    }
    more.remedies = match more.witness() {
        Some(_) => best.remedies,
        None => remedies(writers, &more, known),
    };
    more
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
    let long = !few.network.is_sampled() && most_steps(&few.network) > MORE;
    if let Some(rounds) = law.filter(|r| *r <= TIGHT || long) {
        return Judged::new(few, Judgement::settled(rounds), Grounds::Law);
    }
    let search = |built: Built| {
        let network = &built.network;
        let (judgement, counted) = match reads {
            Reads::Around | Reads::Related => (
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
        // where the law proves it already, the search is for its rounds
        let counted = law.is_some() && more.built.network.is_sampled();
        let done = !settles || proved || counted || more.is_open() || more.built.sampled;
        found = Some(more);
        if done {
            break;
        }
    }
    let inside = || build(writers, component, Seeds::Few, Reads::Inside);
    let mut best = found.unwrap_or_else(|| search(inside()).0);
    if let Some(rounds) = law {
        best.counted = proof::counted(model, &best.built).min(rounds);
        // what is new in each round of a search may come to its end in later ones
        let grows = matches!(best.judgement.verdict(), Verdict::Diverges(_));
        if best.is_too_large() || grows {
            // the rounds of what is remembered are those of what is not, but for the one that begins to remember
            let seen = best.judgement.kept.rounds();
            best.grounds = seen.map_or(Grounds::Law, |_| Grounds::Seen);
            let rules = u32::try_from(best.built.network.rules.len()).unwrap_or(u32::MAX);
            let told = match best.counted {
                0 => rounds,
                counted => counted.saturating_mul(rules.saturating_add(1)).min(rounds),
            };
            best.judgement = Judgement::settled(seen.map_or(told, |r| (r + 1).min(rounds)));
        } else if best.grounds == Grounds::Sample {
            best.grounds = Grounds::Seen;
        }
    }
    best
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
            if !network.is_sampled() && most_steps(network) > MORE {
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

    /// Whether a network with a change in it comes to rest, as far as advice is worth a search.
    pub fn settles(&self, network: &Network) -> bool {
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
    if network.is_sampled() {
        return LIMITS.within(COUNTS);
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
            counted: 0,
            growth: None,
            remedies: Vec::new(),
            alone: None,
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

    /// The automations that go round and round by themselves, where no row and no lifecycle writes in the rounds that repeat.
    pub fn turning_alone(&self) -> Option<Vec<AutomationId>> {
        let Verdict::Oscillates(_) = self.judgement.verdict() else {
            return None;
        };
        let automation = |writer: At| match writer {
            At::Rule(at) => self.built.automations.get(at.index()).copied().flatten(),
            At::Row(..) => None,
        };
        self.turning().into_iter().map(automation).collect()
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
