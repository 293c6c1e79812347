//! Places on the earth, and how far they are from each other.

use super::super::evaluate::Outcome;
use super::super::{Datum, Fault, Number};
use super::Arguments;

pub(super) fn apply(function: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    Some(match function {
        "GEOLOCATION" => place(arguments),
        "DISTANCE" => distance(arguments),
        _ => return None,
    })
}

fn place(arguments: &Arguments<'_>) -> Outcome {
    let coordinate = |at: usize, limit: f64| {
        let number = arguments.number(at)?.map(Number::to_f64);
        match number {
            Some(n) if n.abs() > limit => Err(Fault::Range),
            n => Ok(n),
        }
    };
    match (coordinate(0, 90.0)?, coordinate(1, 180.0)?) {
        (Some(latitude), Some(longitude)) => Ok(Datum::Place(Some((latitude, longitude)))),
        (None, None) => Ok(Datum::Place(None)),
        _ => Err(Fault::Range),
    }
}

/// The way along the surface, by the mean radius of the earth.
fn distance(arguments: &Arguments<'_>) -> Outcome {
    let radius = match arguments.get(2) {
        Datum::Text(unit) if unit == "mi" => 3958.761,
        Datum::Text(unit) if unit == "km" => 6371.009,
        _ => return Err(Fault::Range),
    };
    let point = |at: usize| match arguments.get(at) {
        Datum::Place(place) => Ok(*place),
        Datum::Blank => Ok(None),
        _ => Err(Fault::Kind),
    };
    let (Some(from), Some(to)) = (point(0)?, point(1)?) else {
        return Ok(Datum::Blank);
    };
    let [from, to] = [from, to].map(|(latitude, longitude)| {
        let (latitude, longitude) = (radians(latitude), radians(longitude));
        (
            longitude.sin() * latitude.cos(),
            longitude.cos() * latitude.cos(),
            latitude.sin(),
        )
    });
    let straight = (from.0 - to.0).hypot(from.1 - to.1).hypot(from.2 - to.2);
    let way = 2.0 * radius * (straight / 2.0).asin();
    Number::from_f64(way)
        .map(Datum::Number)
        .ok_or(Fault::NoNumber)
}

/// Degrees in radians, with the one factor that Salesforce's engine multiplies by.
fn radians(degrees: f64) -> f64 {
    degrees * 0.017_453_292_519_943_295
}
