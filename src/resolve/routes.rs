//! Routes and the operating model.

use smol_str::{SmolStr, format_smolstr};

use super::exprs::Scope;
use super::lookup::Cx;
use super::world::defer;
use crate::model::{
    AssigneeKind, Branch, Lead, MapValue, ObjectRef, OperatingModel, Partition, PartitionPart,
    Route, SystemId,
};
use crate::platform::SystemKind;
use crate::side::Side;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Item};

/// Resolves the operating model, and routes, which this version does not execute: each of them is told.
pub(super) fn routes(cx: &mut Cx<'_>) {
    cx.each_item(|cx, line| match &line.node {
        Item::Route(r) => {
            let objects = cx.objects(&r.object);
            if objects.is_empty() {
                cx.mentions(line.span);
            }
            for object in objects {
                let branches = branches(cx, object, r);
                cx.model.routes.push(Route {
                    span: line.span,
                    place: r.object.span,
                    object,
                    branches,
                });
            }
            let name = object_text(&r.object);
            let reason = "records keep the owner that their rows give them";
            defer(cx, "route", name, line.span, reason);
        }
        Item::Model(m) => operating_model(cx, m, line.span),
        _ => {}
    });
}

fn branches(cx: &mut Cx<'_>, object: ObjectRef, route: &ast::Route) -> Vec<Branch> {
    let scope = Scope::one(Side::Left, Some(object));
    let mut branches = Vec::new();
    for line in &route.rows.lines {
        let ast::RouteLine::Row(row) = &line.node else {
            continue;
        };
        let condition = match &row.condition {
            ast::RouteCondition::When(e) => Some(cx.condition(&scope, e)),
            ast::RouteCondition::Else(_) => None,
        };
        let (kind, who) = match &row.target {
            ast::RouteTarget::User(e) => (AssigneeKind::User, e),
            ast::RouteTarget::Queue(e) => (AssigneeKind::Queue, e),
            ast::RouteTarget::RoundRobin(e) => (AssigneeKind::RoundRobin, e),
        };
        let who = cx.expr(&Scope::default(), who);
        branches.push(Branch {
            span: line.span,
            condition,
            kind,
            who,
        });
    }
    branches
}

fn operating_model(cx: &mut Cx<'_>, m: &ast::Model, span: Span) {
    let lead = match m.kind.node {
        ast::ModelKind::HubspotCentric => Lead::Kind(SystemKind::HubSpot),
        ast::ModelKind::SalesforceCentric => Lead::Kind(SystemKind::Salesforce),
        ast::ModelKind::Hybrid => Lead::Hybrid,
    };
    let systems = (0u32..).map(SystemId).zip(&cx.model.systems);
    let leads = systems.filter(|(_, s)| lead == Lead::Kind(s.kind));
    let leaders = leads.map(|(id, _)| id).collect();
    let partitions = match &m.partition {
        Some(partition) => partitions(cx, partition),
        None => Vec::new(),
    };
    cx.model.operating_models.push(OperatingModel {
        span,
        lead: Spanned::new(lead, m.kind.span),
        leaders,
        partitions,
    });
}

fn partitions(cx: &mut Cx<'_>, partition: &ast::Partition) -> Vec<Partition> {
    let mut found = Vec::new();
    for object in cx.objects(&partition.object) {
        let Some(field) = cx.field(object, &partition.field) else {
            continue;
        };
        let mut parts = Vec::new();
        for line in &partition.rows.lines {
            let ast::PartitionRow::Leads { values, side } = &line.node else {
                continue;
            };
            let leader = cx.system(side);
            let values = match values {
                ast::PartitionValues::Else(_) => None,
                ast::PartitionValues::Values(values) => {
                    let of = |name: &ast::Name| {
                        cx.use_value(field, &name.text, name.span);
                        MapValue {
                            value: name.text.clone(),
                            span: name.span,
                        }
                    };
                    Some(values.iter().map(of).collect())
                }
            };
            parts.push(PartitionPart {
                span: line.span,
                values,
                leader,
            });
        }
        found.push(Partition {
            object,
            field,
            parts,
        });
    }
    found
}

fn object_text(object: &ast::ObjectRef) -> SmolStr {
    let names: Vec<&str> = object.objects.iter().map(|n| n.as_str()).collect();
    match names.as_slice() {
        [one] => format_smolstr!("{}.{one}", object.system.text),
        several => format_smolstr!("{}.({})", object.system.text, several.join(" | ")),
    }
}
