//! The verdict about a network.

use super::engine::{Engine, Unknown};
use super::loops::Loops;
use super::network::{CellId, Network, Writer};
use super::parts::{Part, parts};
use super::space::{Space, TooMany};
use super::witness::{Begin, Witness, circle, course, story};
use crate::merge::Shadow;
use crate::model::Authority;
use crate::side::Side;

/// How much is searched before a part counts as too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// States of one part.
    pub states: usize,
    /// Steps from all of them: edits, pauses and rounds.
    pub steps: usize,
    /// Values without an end that are new for so many rounds are new for ever: no chain of automations of real systems is as
    /// long.
    pub rounds: u32,
}

impl Limits {
    /// The same with so many steps, if these are fewer.
    pub fn within(self, steps: usize) -> Self {
        Self {
            steps: self.steps.min(steps),
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            states: 1_000_000,
            steps: 64_000_000,
            rounds: 6,
        }
    }
}

/// Whether updates come to rest once nobody edits any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// At most one round writes, whatever was edited.
    Stable,
    /// At most so many rounds write.
    Settles {
        /// The rounds.
        rounds: u32,
    },
    /// They never come to rest. The witness needs nothing that nobody knows.
    Oscillates(Box<Witness>),
    /// Each round makes another value of a cell whose values have no end. The witness tells the first rounds.
    Diverges(Box<Witness>),
    /// They come to rest or not, depending on what nobody knows.
    Undecided {
        /// Who does what nobody knows; empty where it is the order of edits under `latest` alone.
        why: Vec<Writer>,
        /// What could happen.
        witness: Box<Witness>,
    },
    /// There are too many states to search them all.
    TooLarge {
        /// The combinations of what the cells of the part hold, if they can be counted.
        states: Option<u64>,
        /// The cells of the part, the largest first: with fewer values it would be small enough.
        cut: Vec<CellId>,
    },
}

/// What is found about a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// While what is remembered of the pairs is kept.
    pub kept: Verdict,
    /// Also where it is lost at any time.
    pub lost: Verdict,
}

impl Judgement {
    /// At most so many rounds write, whatever is remembered.
    pub const fn settled(rounds: u32) -> Self {
        Self {
            kept: Verdict::settled(rounds),
            lost: Verdict::settled(rounds),
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            kept: self.kept.or(other.kept),
            lost: self.lost.or(other.lost),
        }
    }

    /// The worse of both verdicts.
    pub fn verdict(&self) -> &Verdict {
        if self.kept.rank() >= self.lost.rank() {
            &self.kept
        } else {
            &self.lost
        }
    }
}

impl Verdict {
    const fn settled(rounds: u32) -> Self {
        match rounds {
            0 | 1 => Self::Stable,
            rounds => Self::Settles { rounds },
        }
    }

    /// The rounds after which nothing is written, if that is proved.
    pub const fn rounds(&self) -> Option<u32> {
        match self {
            Self::Stable => Some(1),
            Self::Settles { rounds } => Some(*rounds),
            Self::Oscillates(_)
            | Self::Diverges(_)
            | Self::Undecided { .. }
            | Self::TooLarge { .. } => None,
        }
    }

    const fn rank(&self) -> (u8, u32) {
        match self {
            Self::Stable => (0, 0),
            Self::Settles { rounds } => (1, *rounds),
            Self::TooLarge { .. } => (2, 0),
            Self::Undecided { .. } => (3, 0),
            Self::Diverges(_) => (4, 0),
            Self::Oscillates(_) => (5, 0),
        }
    }

    fn or(self, other: Self) -> Self {
        if other.rank() > self.rank() {
            other
        } else {
            self
        }
    }
}

/// Judges a network by searching the states of each of its parts. Exact where all values are seeds: what is accepted comes to
/// rest, whatever people do and whatever the unknown turns out to be; what is rejected has a witness.
///
/// The questions are those of active rules (Aiken, Widom, Hellerstein: Behavior of database production rules, 1992), the
/// separation of what starts a rule from what lets it run that of Baralis, Ceri and Paraboschi (Improved rule analysis by
/// means of triggering and activation graphs, 1994). Both approximate; here the state graph itself is searched, since records
/// are few and domains finite. Approximations choose what comes here, and stand in where this is too large.
pub fn judge(network: &Network, limits: Limits) -> Judgement {
    let one = |all: Judgement, part| all.or(judge_part(part, network, limits));
    parts(network).iter().fold(Judgement::settled(0), one)
}

/// The steps of a search, at most: combinations of what cells hold and rows remember, and of the edits of a record.
pub fn most_steps(network: &Network) -> u64 {
    let cells = network.cells.iter().map(|c| c.size() as u64);
    let count = |class: &[u16]| {
        let mut classes = class.to_vec();
        classes.sort_unstable();
        classes.dedup();
        classes.len() as u64
    };
    let rows = network
        .rows
        .iter()
        .map(|r| count(&r.class.left).saturating_mul(count(&r.class.right)) + 2);
    let states = cells.chain(rows).fold(1, u64::saturating_mul);
    let edits = (0..network.records.len()).map(|record| {
        let own = network
            .cells
            .iter()
            .filter(|c| c.record.index() == record && c.edited);
        own.map(|c| c.size() as u64).fold(1, u64::saturating_mul)
    });
    states.saturating_mul(edits.fold(0, u64::saturating_add).max(1))
}

/// How much more effort is tried for a story in which people wait until all is at rest.
const PATIENCE: u32 = 2;

/// What a search of one part under one resolution of the unknown says.
#[derive(Clone)]
enum Found {
    Rounds(u32),
    Loop(Box<Witness>),
    Growth(Box<Witness>),
}

/// Whatever comes to rest under every answer is done with. Otherwise one answer after the other is tried: a loop that needs
/// nothing unknown is one for certain.
fn judge_part(part: &Part, whole: &Network, limits: Limits) -> Judgement {
    let network = &part.network;
    let latest = |a: Authority| matches!(a, Authority::LatestElse(_));
    let times = network.rows.iter().any(|r| latest(r.authority));
    let unknown = network.unknown();
    let mut answers = Vec::new();
    if times || !unknown.is_empty() {
        answers.push(Unknown::Free);
    }
    answers.push(Unknown::Inert(None));
    if times {
        answers.extend(Side::BOTH.map(|side| Unknown::Inert(Some(side))));
    }
    let mut judgement = Judgement::settled(0);
    for answer in answers {
        let (kept, lost) = search(network, answer, limits);
        let told = |witness: Witness| Box::new(part.witness(witness, whole));
        let verdict = |found: Result<Found, TooMany>| match (found, answer) {
            (Err(TooMany), _) => too_large(part),
            (Ok(Found::Rounds(rounds)), _) => Verdict::settled(rounds),
            (Ok(Found::Loop(witness)), Unknown::Inert(_)) => Verdict::Oscillates(told(*witness)),
            (Ok(Found::Growth(witness)), Unknown::Inert(_)) => Verdict::Diverges(told(*witness)),
            (Ok(Found::Loop(witness) | Found::Growth(witness)), Unknown::Free) => {
                Verdict::Undecided {
                    why: unknown.iter().map(|w| part.writer(*w)).collect(),
                    witness: told(*witness),
                }
            }
        };
        judgement = judgement.or(Judgement {
            kept: verdict(kept),
            lost: verdict(lost),
        });
        let settled = judgement
            .kept
            .rounds()
            .and(judgement.lost.rounds())
            .is_some();
        if settled || matches!(judgement.kept, Verdict::Oscillates(_)) {
            break;
        }
    }
    judgement
}

/// Searches both regimes; a loop of the first one is one of the second.
fn search(
    network: &Network,
    unknown: Unknown,
    limits: Limits,
) -> (Result<Found, TooMany>, Result<Found, TooMany>) {
    let Some(engine) = Engine::new(network, unknown) else {
        return (Err(TooMany), Err(TooMany));
    };
    let mut space = Space::new(&engine, limits);
    let mut loops = Loops::default();
    let kept = regime(&mut space, &mut loops, Begin::Met);
    let lost = match &kept {
        Ok(Found::Rounds(_)) => regime(&mut space, &mut loops, Begin::Recovered),
        endless => endless.clone(),
    };
    (kept, lost)
}

fn regime(space: &mut Space<'_, '_>, loops: &mut Loops, begin: Begin) -> Result<Found, TooMany> {
    let network = space.run.engine.network;
    let open = network.cells.iter().any(|c| c.open);
    space.start(match begin {
        Begin::Met => Shadow::FirstMet,
        Begin::Recovered => Shadow::Recovered,
    })?;
    let mut moving: Vec<u32> = Vec::new();
    let mut hasty: Option<Box<Witness>> = None;
    let mut patience = PATIENCE;
    loop {
        let layer = match space.layer() {
            Ok(Some(layer)) => layer,
            Ok(None) => break,
            Err(TooMany) if hasty.is_some() => break,
            Err(TooMany) => return Err(TooMany),
        };
        moving.extend(loops.close(space, &layer));
        moving.sort_unstable();
        let newer = match space.run.engine.unknown {
            Unknown::Inert(newer) => newer,
            Unknown::Free => None,
        };
        if !moving.is_empty() {
            let goes_on = |space: &mut Space<'_, '_>, from| circle(space, from, &moving);
            let witness = Box::new(story(space, &moving, begin, newer, goes_on).ok_or(TooMany)?);
            if !witness.hasty {
                return Ok(Found::Loop(witness));
            }
            hasty.get_or_insert(witness);
            if patience == 0 {
                break;
            }
            patience -= 1;
            continue;
        }
        let growing = if open {
            loops.late(&layer, space.limits.rounds)
        } else {
            Vec::new()
        };
        if !growing.is_empty() {
            let goes_on = |space: &mut Space<'_, '_>, from| course(space, loops, from);
            let witness = story(space, &growing, begin, newer, goes_on).ok_or(TooMany)?;
            return Ok(Found::Growth(Box::new(witness)));
        }
    }
    Ok(match hasty {
        Some(witness) => Found::Loop(witness),
        None => Found::Rounds(loops.longest()),
    })
}

fn too_large(part: &Part) -> Verdict {
    let sizes = part.network.cells.iter().map(|c| c.size() as u64);
    let states = sizes.clone().try_fold(1_u64, u64::checked_mul);
    let mut cut: Vec<(u64, CellId)> = sizes.zip(part.cells.iter().copied()).collect();
    cut.sort_by_key(|(size, cell)| (u64::MAX - size, *cell));
    Verdict::TooLarge {
        states,
        cut: cut.into_iter().map(|(_, cell)| cell).collect(),
    }
}
