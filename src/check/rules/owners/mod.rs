//! Rules on owners, routing and the operating model: who gets which record, and who leads.

pub mod against_model;
pub mod dead_branch;
pub mod inactive_owner;
pub mod missing_fallback;
mod named;
pub mod owner_kind;
pub mod owner_without_counterpart;
pub mod route_reads_unfilled_field;
pub mod routing_not_total;
