//! A run may end at any command, before or after it is executed: the next run ends where an undisturbed one would.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use accordant::runtime::driver::execute;
use accordant::runtime::{Archive, Command, Input, Machine};

use super::world::{Bench, plan};

fn story(bench: &mut Bench) {
    bench.world.set(
        "hub.company",
        "c1",
        &[("name", "Acme"), ("domain", "acme.example")],
    );
    bench.world.set(
        "sf.Account",
        "a2",
        &[("Name", "Beta"), ("Website", "beta.example")],
    );
    bench.world.set(
        "hub.contact",
        "h1",
        &[
            ("email", "ann@x.example"),
            ("last", "Lee"),
            ("phone", "2"),
            ("company", "c1"),
        ],
    );
    bench.world.set(
        "sf.Contact",
        "s1",
        &[
            ("Email", "ann@x.example"),
            ("LastName", "Roe"),
            ("Rating", "hot"),
        ],
    );
    bench.world.set(
        "hub.contact",
        "h2",
        &[("email", "bob@x.example"), ("title", "CEO")],
    );
    bench.world.set(
        "sf.Contact",
        "s3",
        &[
            ("Email", "cy@x.example"),
            ("LastName", "Poe"),
            ("AccountId", "a2"),
        ],
    );
}

/// Executes commands until `ends` of them are done; the last one is executed, but its answer is lost, where `lost` says so.
fn run_until(bench: &mut Bench, ends: usize, executed: Executed) -> bool {
    bench.world.now += 1_000;
    let now = bench.world.now;
    let archive = bench.swap_archive(Archive::memory().expect("archive"));
    let mut machine = Machine::new(Arc::clone(&bench.program), archive, bench.settings);
    let mut commands: VecDeque<Command> = machine.step(Input::Start, now).expect("starts").into();
    let mut done = 0;
    let mut finished = true;
    while let Some(command) = commands.pop_front() {
        if done == ends {
            if executed == Executed::Yes {
                execute(&command, &mut bench.world).expect("executes");
            }
            finished = false;
            break;
        }
        if let Some(input) = execute(&command, &mut bench.world).expect("executes") {
            commands.extend(machine.step(input, now).expect("steps"));
        }
        done += 1;
    }
    let archive = machine.into_archive().expect("archive");
    bench.swap_archive(archive);
    finished
}

/// Runs what begins so again and again, each time with a crash at another command, before it was executed and after, and once
/// more to its end; then it has to be as `expect` says. Gives the commands that a whole run takes.
pub fn crash_anywhere(begin: impl Fn() -> Bench, expect: impl Fn(&mut Bench, usize)) -> usize {
    let mut ends = 0;
    loop {
        let mut finished = true;
        for executed in [Executed::No, Executed::Yes] {
            let mut bench = begin();
            finished &= run_until(&mut bench, ends, executed);
            bench.run();
            expect(&mut bench, ends);
        }
        if finished {
            return ends;
        }
        ends += 1;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Executed {
    Yes,
    No,
}

/// The data without ids, which depend on the order of creation: sorted records by their fields.
fn content(bench: &Bench) -> Vec<BTreeSet<String>> {
    let ids: Vec<&str> = bench
        .world
        .objects
        .iter()
        .flatten()
        .map(|(id, _)| id.as_str())
        .collect();
    let show = |v: &accordant::value::Value| {
        let text = v.to_string();
        if ids.contains(&text.as_str()) {
            "an id".to_owned()
        } else {
            text
        }
    };
    let one =
        |r: &accordant::runtime::Record| r.values.iter().map(show).collect::<Vec<_>>().join(" | ");
    bench
        .world
        .objects
        .iter()
        .map(|o| o.values().map(one).collect())
        .collect()
}

#[test]
fn a_crash_anywhere_leaves_one_record_each_and_nothing_lost() {
    let mut whole = Bench::new(&plan());
    story(&mut whole);
    whole.run();
    whole.expect_quiet();
    let wanted = content(&whole);
    let counts: Vec<usize> = whole
        .world
        .objects
        .iter()
        .map(std::collections::BTreeMap::len)
        .collect();
    let begin = || {
        let mut bench = Bench::new(&plan());
        story(&mut bench);
        bench
    };
    let ends = crash_anywhere(begin, |bench, ends| {
        let found: Vec<usize> = bench
            .world
            .objects
            .iter()
            .map(std::collections::BTreeMap::len)
            .collect();
        assert_eq!(
            found,
            counts,
            "records after a crash at command {ends}: {}",
            bench.world.log.join("\n")
        );
        assert_eq!(
            content(bench),
            wanted,
            "data after a crash at command {ends}"
        );
        bench.expect_quiet();
        assert_eq!(bench.held(), Vec::<String>::new());
    });
    assert!(
        ends > 15,
        "the story is long enough to be worth crashing: {ends}"
    );
}

#[test]
fn a_record_that_a_crashed_run_made_without_a_stamp_is_found_by_what_was_sent() {
    let mut plan = plan();
    for sync in &mut plan.syncs {
        sync.identity.stamp = Default::default();
        sync.identity.keys.clear();
    }
    let begin = || {
        let mut bench = Bench::new(&plan);
        let fields = [
            ("email", "ann@x.example"),
            ("last", "Lee"),
            ("tier", "trial"),
        ];
        bench.world.set("hub.contact", "h1", &fields);
        bench
    };
    let ends = crash_anywhere(begin, |bench, ends| {
        assert_eq!(bench.world.ids("sf.Contact").len(), 1, "after {ends}");
        assert_eq!(bench.world.ids("hub.contact"), ["h1"], "after {ends}");
        assert_eq!(bench.held(), Vec::<String>::new(), "after {ends}");
        bench.expect_quiet();
    });
    assert!(ends > 5, "the story is longer: {ends}");
}
