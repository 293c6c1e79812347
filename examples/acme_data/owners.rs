//! The reps: HubSpot's owners and Salesforce's users.

use super::Files;
use super::lists::{CULTURES, shown, typed};
use super::random::Random;
use super::row::{MINUTES, Row, Times, hubspot_time, minute, salesforce_id};

/// A rep, by the id in HubSpot; the id in Salesforce follows from the number.
pub struct Owner {
    pub hubspot: String,
}

/// How many reps there are; the last three have no user, the one before shares an address with a second login.
pub const COUNT: usize = 40;

/// Reps to whom records are given in the ordinary way.
pub const ACTIVE: usize = 36;

/// The user to whom contacts go for whom no owner comes along; the manifest names it.
pub const DEFAULT_OWNER: usize = 900;

/// The user as which integrations write; nobody's, so it has no owner.
pub const INTEGRATION: usize = 901;

pub fn make(out: &mut Files) -> Vec<Owner> {
    let owners = (0..COUNT).map(|number| owner(number, out)).collect();
    for (number, first, last, email) in [
        (DEFAULT_OWNER, "Inbound", "Desk", "inbound@acme.example"),
        (
            INTEGRATION,
            "Integration",
            "User",
            "integration@acme.example",
        ),
    ] {
        out.user.push(user(number, [first, last], email, true));
    }
    owners
}

fn owner(number: usize, out: &mut Files) -> Owner {
    let mut random = Random::of("owner", number);
    let culture = CULTURES[number % CULTURES.len()];
    let (first, last) = (
        culture.first[number % 10],
        culture.last[(number * 3 + number / CULTURES.len() * 5 + 1) % 10],
    );
    let email = format!("{}.{}@acme.example", typed(first), typed(last));
    let left = number >= COUNT - 3;
    let times = Times {
        created: minute(random.between(0, 20_000)),
        modified: minute(MINUTES - random.between(1_000, 200_000)),
    };
    let hubspot = format!("{}", 201 + number * 3);
    out.hubspot_owner.push(
        Row::hubspot(&hubspot)
            .text("email", &email)
            .text("firstName", shown(first))
            .text("lastName", shown(last))
            .text("type", "PERSON")
            .text("userId", &format!("{}", 48_100 + number))
            .text("createdAt", &hubspot_time(times.created))
            .text("updatedAt", &hubspot_time(times.modified))
            .text("archived", if left { "true" } else { "false" }),
    );
    if left {
        return Owner { hubspot };
    }
    // Salesforce's administrator typed some of the addresses by hand.
    let typed_by_hand = if number % 7 == 3 {
        email.replacen(&email[..1], &email[..1].to_uppercase(), 1)
    } else {
        email.clone()
    };
    let names = [shown(first), shown(last)];
    out.user
        .push(user(number, names, &typed_by_hand, number != 31));
    if number == ACTIVE {
        out.user.push(user(902, names, &email, true));
    }
    Owner { hubspot }
}

fn user(number: usize, [first, last]: [&str; 2], email: &str, active: bool) -> Row {
    let mut random = Random::of("user", number);
    let times = Times {
        created: minute(random.between(0, 20_000)),
        modified: minute(MINUTES - random.between(1_000, 200_000)),
    };
    let alias: String = typed(last).chars().take(8).collect();
    Row::salesforce(&salesforce_id("005", number))
        .text("Username", &format!("{}.{number}", email.to_lowercase()))
        .text("FirstName", first)
        .text("LastName", last)
        .text("Name", &format!("{first} {last}"))
        .text("Alias", if alias.is_empty() { "acme" } else { &alias })
        .text("Email", email)
        .flag("IsActive", active)
        .text("UserType", "Standard")
        .salesforce_user_end(times)
}
