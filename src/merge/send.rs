//! A chosen direction: the clauses of its lane filter the write.

use super::{Cause, Decided, Decision, Meeting, Row, active, blank_or_default, reads_blank};
use crate::plan::{BlankPolicy, Timing};
use crate::side::Side;

/// Filters a chosen write by the clauses of its lane.
pub(super) fn send<R: Row>(row: &R, from: Side, cause: Cause, meeting: Meeting) -> Decided<R> {
    // A lane that the row lacks, or that writes in creates only, is never chosen.
    let Some(lane) = active(row, from) else {
        return Decision::Quiet;
    };
    match row.awake() {
        Ok(true) => {}
        Ok(false) => return Decision::Rest,
        Err(failure) => return Decision::Hold(failure),
    }
    // A default that stands in for a blank is blank.
    let image = if blank_or_default(row, from, row.value(from)) {
        R::Value::default()
    } else {
        match row.image(from, row.value(from)) {
            Ok(image) => image,
            Err(failure) => return Decision::Hold(failure),
        }
    };
    let target = !from;
    let into_blank = reads_blank(row, target);
    let (value, cause) = match lane.default {
        _ if !row.blank(target, &image) => (image, cause),
        _ if !into_blank && (lane.blank == BlankPolicy::Keeps || meeting == Meeting::Met) => {
            return Decision::Accept;
        }
        Some(default) => (default.clone(), Cause::Defaulted),
        None => (row.cleared(target), Cause::Cleared),
    };
    if lane.timing == Timing::FillOnly && !into_blank {
        return Decision::Accept;
    }
    if let Err(failure) = row.fits(target, &value) {
        return Decision::Hold(failure);
    }
    let cause = if value == R::Value::default() {
        Cause::Cleared
    } else if cause == Cause::Won && into_blank {
        Cause::Filled
    } else {
        cause
    };
    Decision::Write {
        side: target,
        value,
        cause,
    }
}
