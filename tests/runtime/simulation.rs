//! Random edits on both sides, from a seed, and the promises that must hold whenever they rest.

use super::world::{Bench, plan};

/// A small generator with a fixed seed (xorshift, Marsaglia 2003).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len() as u64) as usize]
    }
}

fn disturb(bench: &mut Bench, dice: &mut Dice) {
    bench.world.now += 1 + dice.roll(1_000) as i64;
    let (key, names) = if dice.roll(2) == 0 {
        (
            "hub.contact",
            ["email", "last", "phone", "title", "tier", "rating"],
        )
    } else {
        (
            "sf.Contact",
            ["Email", "LastName", "Phone", "Title", "Tier", "Rating"],
        )
    };
    let ids: Vec<String> = bench
        .world
        .ids(key)
        .into_iter()
        .map(str::to_owned)
        .collect();
    if ids.is_empty() || dice.roll(6) == 0 {
        let prefix = if key == "hub.contact" { 'h' } else { 's' };
        let (id, mail) = (
            format!("{prefix}{}", dice.roll(40)),
            format!("{}@x.example", dice.roll(12)),
        );
        if !ids.contains(&id) {
            bench
                .world
                .set(key, &id, &[(names[0], &mail), (names[1], "Doe")]);
        }
        return;
    }
    let id = &ids[dice.roll(ids.len() as u64) as usize];
    let tiers = if key == "hub.contact" {
        ["gold", "silver", "trial"]
    } else {
        ["Gold", "Silver", "Silver"]
    };
    match dice.roll(6) {
        0 => bench.world.set(key, id, &[(names[4], dice.pick(&tiers))]),
        n => bench.world.set(
            key,
            id,
            &[(
                names[n as usize % 4 + if n == 5 { 4 } else { 0 }],
                dice.pick(&["", "a", "b", "c", "Unknown"]),
            )],
        ),
    }
}

#[test]
fn whatever_people_do_it_comes_to_rest() {
    for seed in 1..=40u64 {
        let mut dice = Dice::new(seed);
        let mut bench = Bench::new(&plan());
        for _ in 0..8 {
            for _ in 0..dice.roll(12) {
                disturb(&mut bench, &mut dice);
            }
            bench.run();
            if dice.roll(5) == 0 {
                bench.forget();
                bench.run();
            }
        }
        bench.expect_quiet();
        bench.expect_quiet();
        // One record: no two records bear one stamp.
        for (key, stamp) in [("hub.contact", "sf_id"), ("sf.Contact", "Hub_Id")] {
            let mut stamps: Vec<String> = bench
                .world
                .ids(key)
                .iter()
                .map(|id| bench.world.get(key, id, stamp))
                .collect();
            stamps.retain(|s| !s.is_empty());
            let count = stamps.len();
            stamps.sort();
            stamps.dedup();
            assert_eq!(stamps.len(), count, "seed {seed}");
        }
    }
}

#[test]
fn the_same_inputs_give_the_same_writes() {
    let story = || {
        let mut dice = Dice(7);
        let mut bench = Bench::new(&plan());
        for _ in 0..5 {
            for _ in 0..10 {
                disturb(&mut bench, &mut dice);
            }
            bench.run();
        }
        (bench.world.log.clone(), bench.held())
    };
    assert_eq!(story(), story());
}
