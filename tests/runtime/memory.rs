//! What is in memory during a run is bounded by its window, not by the number of records.

use std::collections::VecDeque;
use std::sync::Arc;

use accordant::runtime::driver::execute;
use accordant::runtime::{Archive, Input, Machine};

use super::world::{Bench, plan};

/// The most that was in memory in a first run over so many companies and contacts, each contact with a company, and in a
/// run after an edit of every contact.
fn most(records: usize) -> [usize; 2] {
    // Contacts come before the companies that they refer to: all of them wait for the end of the run.
    let mut plan = plan();
    plan.syncs.reverse();
    plan.syncs[0].identity.after.clear();
    let mut bench = Bench::new(&plan);
    for n in 0..records {
        let (id, domain, mail) = (n.to_string(), format!("{n}.com"), format!("{n}@x.example"));
        let company = format!("o{id}");
        let world = &mut bench.world;
        world.set(
            "hub.company",
            &company,
            &[("name", &id), ("domain", &domain)],
        );
        let contact = [
            ("email", mail.as_str()),
            ("last", &id),
            ("company", &company),
        ];
        world.set("hub.contact", &format!("c{id}"), &contact);
    }
    let mut archive = Archive::memory().expect("archive");
    [false, true].map(|edited| {
        if edited {
            for n in 0..records {
                let id = format!("c{n}");
                bench.world.set("hub.contact", &id, &[("phone", "1")]);
            }
        }
        bench.world.now += 60_000;
        let memory = Archive::memory().expect("archive");
        let archive_now = std::mem::replace(&mut archive, memory);
        let mut machine = Machine::new(Arc::clone(&bench.program), archive_now, bench.settings);
        let mut most = 0;
        let now = bench.world.now;
        let mut commands: VecDeque<_> = machine.step(Input::Start, now).expect("starts").into();
        while let Some(command) = commands.pop_front() {
            most = most.max(machine.in_memory());
            if let Some(input) = execute(&command, &mut bench.world).expect("executes") {
                commands.extend(machine.step(input, now).expect("goes on"));
                most = most.max(machine.in_memory());
            }
        }
        let linked: u64 = machine.report().syncs.iter().map(|s| s.linked).sum();
        assert_eq!(linked, 2 * records as u64);
        archive = machine.into_archive().expect("archive");
        most
    })
}

#[test]
fn ten_times_the_records_take_no_more_memory() {
    let (few, many) = (most(30), most(300));
    assert!(few[0] > 0 && few[1] > 0);
    assert_eq!(few, many);
}
