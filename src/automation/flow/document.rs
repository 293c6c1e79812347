//! The parts of a flow's file, by name.

use std::collections::BTreeMap;

use crate::automation::draft::Document;
use crate::catalog::xml::Node;
use crate::formula::{self, Expr, FormulaError};

/// A flow whose file has been read.
#[derive(Debug)]
pub(in crate::automation) struct Flow<'a> {
    pub document: &'a Document,
    /// Whether the file says that this version runs.
    pub active: bool,
    /// The elements that are walked, by name.
    pub elements: BTreeMap<&'a str, Element<'a>>,
    /// Variables, constants, templates, choices, by name.
    pub resources: BTreeMap<&'a str, Resource<'a>>,
}

/// An element that is walked.
#[derive(Clone, Copy, Debug)]
pub(in crate::automation) struct Element<'a> {
    pub kind: ElementKind,
    pub name: &'a str,
    pub node: &'a Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::automation) enum ElementKind {
    Action,
    ApexPlugin,
    Assignment,
    CollectionProcessor,
    CustomError,
    Decision,
    Experiment,
    Loop,
    OrchestratedStage,
    Create,
    Delete,
    Lookup,
    Rollback,
    Update,
    Screen,
    Step,
    Subflow,
    Transform,
    Wait,
    /// Where the flow ends.
    End,
    /// A kind that is not known.
    Unknown,
}

const ELEMENTS: &[(&str, ElementKind)] = &[
    ("actionCalls", ElementKind::Action),
    ("apexPluginCalls", ElementKind::ApexPlugin),
    ("assignments", ElementKind::Assignment),
    ("collectionProcessors", ElementKind::CollectionProcessor),
    ("customErrors", ElementKind::CustomError),
    ("decisions", ElementKind::Decision),
    ("ends", ElementKind::End),
    ("experiments", ElementKind::Experiment),
    ("loops", ElementKind::Loop),
    ("orchestratedStages", ElementKind::OrchestratedStage),
    ("recordCreates", ElementKind::Create),
    ("recordDeletes", ElementKind::Delete),
    ("recordLookups", ElementKind::Lookup),
    ("recordRollbacks", ElementKind::Rollback),
    ("recordUpdates", ElementKind::Update),
    ("screens", ElementKind::Screen),
    ("steps", ElementKind::Step),
    ("subflows", ElementKind::Subflow),
    ("transforms", ElementKind::Transform),
    ("waits", ElementKind::Wait),
];

/// Something that references name.
#[derive(Debug)]
pub(in crate::automation) enum Resource<'a> {
    Variable(Variable<'a>),
    Formula(Result<Expr, FormulaError>),
    /// A node with a `value`.
    Constant(&'a Node),
    /// A text with merge fields.
    Template(&'a str),
    /// Records to choose from.
    Choices(&'a Node),
    /// The outcome of a decision, by the decision's name and the place among its outcomes: whether it was taken.
    Outcome(&'a str, usize),
}

#[derive(Clone, Copy, Debug)]
pub(in crate::automation) struct Variable<'a> {
    pub node: &'a Node,
    pub object: Option<&'a str>,
    pub record: bool,
    pub collection: bool,
    pub input: bool,
    pub output: bool,
}

impl<'a> Flow<'a> {
    /// The parts of a document.
    pub fn new(document: &'a Document) -> Self {
        let mut elements = BTreeMap::new();
        let mut resources = BTreeMap::new();
        for node in &document.root.children {
            let Some(name) = node.text_of("name") else {
                continue;
            };
            if let Some((_, kind)) = ELEMENTS.iter().find(|(tag, _)| *tag == node.name) {
                let kind = *kind;
                elements.insert(name, Element { kind, name, node });
                for (at, rule) in node.all("rules").enumerate() {
                    if let Some(rule) = rule.text_of("name") {
                        resources.insert(rule, Resource::Outcome(name, at));
                    }
                }
            } else if let Some(resource) = resource(node) {
                resources.insert(name, resource);
            } else if !successors(node).is_empty() || node.child("locationX").is_some() {
                let kind = ElementKind::Unknown;
                elements.insert(name, Element { kind, name, node });
            }
        }
        Self {
            document,
            active: false,
            elements,
            resources,
        }
    }

    /// Its name, without the version that some files bear.
    pub fn name(&self) -> &'a str {
        let stem = self.document.stem.as_str();
        versioned(stem).map_or(stem, |(name, _)| name)
    }

    /// The element that starts it, empty where there is none.
    pub fn start(&self) -> Option<&'a Node> {
        self.document.root.child("start")
    }

    /// Its variables by name.
    pub fn variables(&self) -> impl Iterator<Item = (&'a str, Variable<'a>)> {
        self.resources.iter().filter_map(|(name, r)| match r {
            Resource::Variable(v) => Some((*name, *v)),
            _ => None,
        })
    }
}

/// `Name-3` is the third version of a flow, where each version has a file.
pub(in crate::automation) fn versioned(stem: &str) -> Option<(&str, u32)> {
    let (name, version) = stem.rsplit_once('-')?;
    Some((name, version.parse().ok()?))
}

fn resource(node: &Node) -> Option<Resource<'_>> {
    Some(match node.name.as_str() {
        "variables" => Resource::Variable(Variable {
            node,
            object: node.text_of("objectType"),
            record: node
                .text_of("dataType")
                .is_some_and(|t| t.eq_ignore_ascii_case("SObject")),
            collection: node.flag("isCollection") == Some(true),
            input: node.flag("isInput") == Some(true),
            output: node.flag("isOutput") == Some(true),
        }),
        "formulas" => {
            let text = node.text_of("expression").unwrap_or_default();
            Resource::Formula(formula::parse(text).map(|f| f.root))
        }
        "constants" | "choices" => Resource::Constant(node),
        "textTemplates" => Resource::Template(node.text_of("text").unwrap_or_default()),
        "dynamicChoiceSets" => Resource::Choices(node),
        "stages" => Resource::Constant(node),
        _ => return None,
    })
}

/// Where a connector leads.
pub(super) fn target(connector: &Node) -> Option<&str> {
    connector.text_of("targetReference")
}

/// Where the connector of a name leads.
pub(super) fn connector<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    node.child(name).and_then(target)
}

/// All elements that an element leads to, in the order of its file.
pub(super) fn successors(node: &Node) -> Vec<&str> {
    let mut found = Vec::new();
    for child in &node.children {
        if child.name.ends_with("onnector") {
            found.extend(target(child));
        } else {
            found.extend(successors(child));
        }
    }
    found
}
