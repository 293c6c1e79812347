//! The runtime as a whole: a plan, two stores in memory, an archive, and what must come out.

mod clusters;
mod crashes;
mod guards;
mod memory;
mod scenarios;
mod simulation;
mod stages;
mod world;

use accordant::diagnostic::Code;
use accordant::runtime::Reason;

#[test]
fn reasons_are_those_of_the_registry() {
    for reason in Reason::ALL {
        let code: Code = reason.code().parse().expect("registered");
        assert_eq!(code.slug(), reason.slug());
    }
    let registered = Code::ALL.iter().filter(|c| c.family() == 'R').count();
    assert_eq!(registered, Reason::ALL.len());
}
