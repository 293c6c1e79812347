//! The day of an instant: how a row between the two tells on which day the instant falls.

use thin_vec::thin_vec;

use crate::model::{Expr, ExprKind, RowView};
use crate::side::Side;
use crate::value::{Kind, library};

/// The side of the instant and the day that it falls on, for a row that joins an instant with a day in a zone that it states. Days
/// are what its two sides have in common, whichever way it travels: of an instant every hour is lost on the way.
pub fn day_of_instant(row: RowView<'_>) -> Option<(Side, Expr)> {
    let kind = |side| row.field(side).map(crate::model::FieldView::kind);
    let is = |side: &Side| (kind(*side), kind(!*side)) == (Some(Kind::DateTime), Some(Kind::Date));
    let instant = Side::BOTH.into_iter().find(is)?;
    if let Some(lane) = row.lane(instant) {
        let states = lane.value.node != ExprKind::Input && lane.value.kind == Some(Kind::Date);
        return states.then(|| (instant, lane.value.clone()));
    }
    let value = &row.lane(!instant)?.value;
    let ExprKind::Call {
        function,
        arguments,
    } = &value.node
    else {
        return None;
    };
    let inverse = library::function(function)?.inverse?;
    let [
        Expr {
            node: ExprKind::Input,
            span,
            ..
        },
        zone,
    ] = arguments.as_slice()
    else {
        return None;
    };
    let passing = Expr {
        node: ExprKind::Input,
        span: *span,
        kind: Some(Kind::DateTime),
    };
    let day = Expr {
        node: ExprKind::Call {
            function: inverse.into(),
            arguments: thin_vec![passing, zone.clone()],
        },
        span: value.span,
        kind: Some(Kind::Date),
    };
    (value.kind == Some(Kind::DateTime)).then_some((instant, day))
}
