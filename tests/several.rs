//! Syncs that are tied: by references, by automations that read and write along them, and by what they share. What `check` says of
//! them is what the engine does: a loop that is told was replayed, and what comes to rest is told nothing.

use crate::witness::{accordant, project, text};

/// A sync of people and one of what they ask for, whose records refer to them.
struct Pair {
    automations: &'static str,
    people: &'static str,
    tickets: &'static str,
}

impl Pair {
    fn people(&self) -> String {
        format!(
            "sync Person: desk.customer <-> crm.Person {{\n  truth  desk\n  match  email = Email\n  many   desk hold\n  many   crm hold\n  key    desk.crm_person_id, crm.Desk_Customer_Id__c\n  delete keep\n  email   <-> Email\n  surname <-> LastName  -> default \"Unknown\"\n{}}}\n",
            self.people
        )
    }

    fn tickets(&self) -> String {
        format!(
            "sync Ticket: desk.ticket <-> crm.Case {{\n  truth  desk\n  after  Person else without\n  match  subject = Subject\n  many   desk hold\n  many   crm hold\n  key    desk.crm_case_id, crm.Desk_Ticket_Id__c\n  delete keep\n  subject      <-> Subject\n  requester_id <-> ContactId  through Person\n{}}}\n",
            self.tickets
        )
    }

    /// With the people first, or last: they are executed first in either case.
    fn specs(&self) -> [String; 2] {
        let (people, tickets) = (self.people(), self.tickets());
        [
            format!("{}{people}{tickets}", self.automations),
            format!("{}{tickets}{people}", self.automations),
        ]
    }
}

/// The findings about loops, and the lines that offer a replay.
fn said(spec: &str) -> Vec<String> {
    let root = project(spec);
    let check = accordant(root.path(), &["check"]);
    let told = text(&check.stderr).lines();
    let about = |l: &&str| {
        ["G001 ", "G002 ", "G003 ", "B001 ", "  replay "]
            .iter()
            .any(|head| l.starts_with(head))
    };
    let said: Vec<String> = told.filter(about).map(str::to_owned).collect();
    for line in &said {
        if let Some(reference) = line.strip_prefix("  replay  accordant test --witness ") {
            let again = accordant(root.path(), &["test", "--witness", reference]);
            assert_eq!(again.status.code(), Some(1), "{again:?}");
            // what is kept as a test is read as it was told
            let kept = accordant(root.path(), &["dump", "witness", reference]);
            assert!(text(&kept.stdout).starts_with("test "), "{kept:?}");
            let with = project(&format!("{spec}\n{}", text(&kept.stdout)));
            let check = accordant(with.path(), &["check"]);
            assert!(!text(&check.stderr).contains("S001"), "{check:?}");
        }
    }
    said
}

/// It goes on for ever, and a replay shows it.
#[track_caller]
fn goes_on(pair: &Pair) {
    for spec in pair.specs() {
        let said = said(&spec);
        let told = said.iter().filter(|l| l.starts_with('G')).count();
        let loops = |l: &&String| l.starts_with("G001") || l.starts_with("G002");
        let looping = said.iter().filter(loops).count();
        let replayed = said.iter().filter(|l| l.starts_with("  replay")).count();
        assert!(
            looping > 0 && told == looping && replayed == looping,
            "{said:#?}"
        );
    }
}

/// It comes to rest, and nothing else is said.
#[track_caller]
fn rests(pair: &Pair) {
    for spec in pair.specs() {
        assert_eq!(said(&spec), Vec::<String>::new());
    }
}

/// The story of a row that reads along a reference has the reference.
#[test]
fn a_loop_of_a_row_that_reads_along_a_reference_is_replayed() {
    goes_on(&Pair {
        automations: "automation crm \"All is English\" {\n  when  Case.Language__c changes\n  sets  Case.Language__c = \"English\"\n}\n",
        people: "",
        tickets: "  requester_id.country -> Language__c  enforce, as origin\n",
    });
}

/// A row is stopped that writes again and again; what clears both sides later makes no rest of it.
#[test]
fn a_stop_that_is_forgotten_is_no_rest() {
    let pair = Pair {
        automations: "automation desk \"Down\" {\n  when  customer.country changes\n  sets  ticket.country = customer.country\n}\nautomation desk \"Up\" {\n  when  ticket.country changes\n  sets  customer.country = ticket.country\n}\nautomation crm \"Clears\" {\n  when  Case.Language__c is blank\n  sets  Person.Country = Case.Language__c\n}\nautomation desk \"Takes\" {\n  when  customer.country is set\n  sets  ticket.country = customer.country\n  sets  customer.country = blank\n}\n",
        people: "  country <-> Country  prefer crm unless blank, <- blank clears\n",
        tickets: "  country -> Language__c  enforce, blank clears\n",
    };
    goes_on(&pair);
    // two rows of one name are told apart
    let [spec, _] = pair.specs();
    let root = project(&spec);
    let check = accordant(root.path(), &["check"]);
    let told = text(&check.stderr);
    let told: Vec<&str> = told.split_whitespace().collect();
    let told = told.join(" ");
    assert!(told.contains("row `country` of `Person`"), "{told}");
    assert!(told.contains("row `country` of `Ticket`"), "{told}");
}

/// What an automation writes to the record that it reads along a reference stands there when it reads it again.
#[test]
fn what_is_written_along_a_reference_is_read_along_it() {
    rests(&Pair {
        automations: "automation crm \"Swaps\" {\n  when  Case.Language__c = \"x\"\n  sets  Person.Title = Case.Language__c\n  sets  Case.Language__c = Person.Title\n}\n",
        people: "",
        tickets: "  language <-> Language__c  prefer desk unless blank\n",
    });
}

/// Where the other sync holds every person, both sides say the same of them; where it need not, they may differ for ever.
#[test]
fn what_another_sync_keeps_alike_is_alike_for_those_whom_it_holds() {
    let tied = |people| Pair {
        automations: "automation desk \"Takes the customer's\" {\n  when  ticket.country changes\n  sets  ticket.country = customer.country\n}\n",
        people,
        tickets: "  country <- ContactId.Country  enforce, as home\n",
    };
    rests(&tied(
        "  create in desk, crm\n  country <- Country  enforce, blank clears\n",
    ));
    goes_on(&tied("  country <- Country  enforce, blank clears\n"));
    goes_on(&tied(
        "  from desk where plan = business\n  leave continue\n  create in desk, crm\n  country <- Country  enforce, blank clears\n",
    ));
}

/// Where the other sync makes people on one side alone, nobody can say: the one whom the story needs is made there, too.
#[test]
fn what_another_sync_may_not_hold_is_undecided() {
    let spec = Pair {
        automations: "automation desk \"Takes the customer's\" {\n  when  ticket.country changes\n  sets  ticket.country = customer.country\n}\n",
        people: "  create in crm\n  country <- Country  enforce, blank clears\n",
        tickets: "  country <- ContactId.Country  enforce, as home\n",
    };
    for spec in spec.specs() {
        let root = project(&spec);
        let check = accordant(root.path(), &["check"]);
        let told = text(&check.stderr);
        assert!(told.contains("G003 undecided: "), "{told}");
        assert!(
            told.contains("`Person` writes what the loop reads"),
            "{told}"
        );
    }
}

/// What waits has a turn whenever time passes, and a story that needs two of them before the run has both.
#[test]
fn what_waits_has_as_many_turns_in_a_replay_as_in_the_story() {
    goes_on(&Pair {
        automations: "automation desk \"Fills\" {\n  when  ticket.country changes\n  sets  ticket.country = \"x\"\n}\nautomation desk \"Clears\" {\n  when  ticket.country changes\n  sets  ticket.country = blank\n}\nautomation desk \"Fills again\" {\n  when  ticket.country is blank\n  sets  ticket.country = \"y\"\n}\n",
        people: "",
        tickets: "  country <-> Language__c  <- blank clears\n",
    });
}

/// Two tickets of one person: each writes to the person what it holds, and gets what the other one wrote. One alone comes to rest, and
/// so do both where the rows let them have it.
#[test]
fn two_records_that_refer_to_one_may_undo_each_other() {
    let both = |tickets| Pair {
        automations: "automation crm \"Up\" {\n  when  Case.Language__c changes\n  sets  Person.Country = Case.Language__c\n}\nautomation crm \"Down\" {\n  when  Person.Country changes\n  sets  Case.Language__c = Person.Country\n}\n",
        people: "",
        tickets,
    };
    let pair = both("  language -> Language__c  enforce\n");
    goes_on(&pair);
    let [spec, _] = pair.specs();
    let root = project(&spec);
    let check = accordant(root.path(), &["check"]);
    let told = text(&check.stderr);
    assert!(
        told.contains("two records that refer to one undo"),
        "{told}"
    );
    assert!(told.contains("of a second record"), "{told}");
    rests(&both("  language -> Language__c\n"));
    rests(&both("  language <-> Language__c\n"));
}

/// People are executed first, wherever their sync stands.
#[test]
fn the_order_of_execution_is_that_of_the_story() {
    rests(&Pair {
        automations: "automation desk \"Up\" {\n  when  ticket.country changes\n  sets  customer.country = ticket.country\n}\n",
        people: "  country -> Country  enforce\n",
        tickets: "  country <- ContactId.Country  enforce, as home\n",
    });
}
