//! Artifacts: pages, matrix, plan and schema, looked at as people see them.

use accordant::emit::{Artifacts, emit};
use accordant::plan;

use crate::lower::PROJECT;
use crate::support::compile_fixture;

fn artifacts(text: &str) -> Artifacts {
    let compilation = compile_fixture(text);
    let model = compilation.model.as_ref().expect("no findings");
    let plan = compilation.plan().expect("a gate").expect("a plan");
    emit(model, &compilation.facts.graph, &plan).expect("artifacts")
}

#[test]
fn every_artifact_is_there() {
    let artifacts = artifacts(PROJECT);
    let paths: Vec<&str> = artifacts.0.keys().map(String::as_str).collect();
    insta::assert_snapshot!(paths.join("\n"));
}

#[test]
fn the_overview_names_systems_and_syncs() {
    insta::assert_snapshot!(artifacts(PROJECT).text("docs/index.md").expect("a page"));
}

#[test]
fn a_page_tells_of_a_sync() {
    let artifacts = artifacts(PROJECT);
    insta::assert_snapshot!(
        "page_ticket",
        artifacts.text("docs/Ticket.md").expect("a page")
    );
    insta::assert_snapshot!(
        "page_person",
        artifacts.text("docs/Person.md").expect("a page")
    );
    insta::assert_snapshot!(
        "page_prospect",
        artifacts.text("docs/Prospect.md").expect("a page")
    );
    insta::assert_snapshot!(
        "page_agent",
        artifacts.text("docs/Agent.md").expect("a page")
    );
}

#[test]
fn a_lifecycle_is_drawn() {
    let artifacts = artifacts(PROJECT);
    insta::assert_snapshot!(artifacts.text("docs/lifecycle-Journey.md").expect("a page"));
}

#[test]
fn the_matrix_is_a_sheet() {
    insta::assert_snapshot!(artifacts(PROJECT).text("matrix.csv").expect("a sheet"));
}

#[test]
fn the_plan_among_the_artifacts_is_sealed() {
    let artifacts = artifacts(PROJECT);
    let plan = plan::load(&artifacts.0["plan.json"]).expect("a plan");
    assert_eq!(plan.project, "fixture");
    let schema: serde_json::Value =
        serde_json::from_slice(&artifacts.0["plan.schema.json"]).expect("json");
    assert_eq!(schema["$id"], accordant::emit::SCHEMA_URI);
}

#[test]
fn same_inputs_same_artifacts() {
    assert_eq!(artifacts(PROJECT), artifacts(PROJECT));
}

#[test]
fn text_of_users_cannot_break_a_page_or_a_sheet() {
    let spec = PROJECT
        .replace("\"Unknown\"", "\"=1|2*_<b>\"")
        .replace("/// Escalated cases", "/// | `x` [a](b) <script> cases");
    let artifacts = artifacts(&spec);
    let page = artifacts.text("docs/Person.md").expect("a page");
    assert!(page.contains("=1\\|2\\*\\_\\<b\\>"), "{page}");
    let ticket = artifacts.text("docs/Ticket.md").expect("a page");
    assert!(ticket.contains("\\| \\`x\\` \\[a\\](b) \\<script\\>"));
    let sheet = artifacts.text("matrix.csv").expect("a sheet");
    let cells = sheet.split(['\n', ',']).map(|c| c.trim_start_matches('"'));
    assert!(
        cells
            .into_iter()
            .all(|c| !c.starts_with(['=', '+', '-', '@']))
    );
}
