//! A generated project with what both systems do by themselves: flows as Salesforce keeps them, and lifecycles.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::{ROWS, fill, picklist, scratch, write_catalog};

/// Transitions of one lifecycle, and one stage less than that is on its way.
const MOVES: usize = 20;
/// Fields of a Salesforce object that no row maps.
const OWN: usize = 4;

/// The project of so many fields, with so many record-triggered flows on its objects, and so many permitted moves in
/// lifecycles of 20. Of ten flows two write a mapped field and one reads one; the others keep to fields of their own. Half
/// of all have entry conditions or decisions, and each has its place in the order of its object's flows.
pub fn automated(fields: usize, flows: usize, transitions: usize) -> PathBuf {
    let root = scratch(&format!("automated-{fields}-{flows}-{transitions}"));
    let mut spec = fill(&root, fields);
    let objects = fields.div_ceil(ROWS);
    own_fields(&root, objects);
    let folder = root.join("force-app/flows");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    for number in 0..flows {
        let path = folder.join(format!("Flow_{number}.flow-meta.xml"));
        std::fs::write(path, flow(number, objects)).expect("written");
    }
    let mut stages = Stages::default();
    for number in 0..transitions.div_ceil(MOVES) {
        stages.lifecycle(number, MOVES.min(transitions - number * MOVES));
    }
    spec.push_str(&stages.spec);
    let both = [("hubspot", &stages.left), ("salesforce", &stages.right)];
    for (side, objects) in both.into_iter().filter(|(_, o)| !o.is_empty()) {
        write_catalog(&root, side, "stages", objects);
    }
    std::fs::write(root.join("main.sync"), spec).expect("written");
    let manifest = super::MANIFEST.replace(
        "catalog = [\"catalogs/salesforce/*.json\"]",
        "catalog = [\"catalogs/salesforce/*.json\"]\nmetadata = [\"force-app\"]",
    );
    std::fs::write(root.join("accordant.toml"), manifest).expect("written");
    root
}

fn own_fields(root: &Path, objects: usize) {
    let field = |n: usize| {
        format!("{{\"name\":\"Own_{n}__c\",\"type\":\"text\",\"length\":80,\"custom\":true}}")
    };
    let fields = (0..OWN).map(field).collect::<Vec<_>>().join(",");
    let object = |n: usize| format!("{{\"name\":\"Object_{n}__c\",\"fields\":[{fields}]}}");
    write_catalog(
        root,
        "salesforce",
        "own",
        &(0..objects).map(object).collect::<Vec<_>>(),
    );
}

/// A flow that sets one field of the record that is saved.
fn flow(number: usize, objects: usize) -> String {
    let object = number % objects;
    let mapped = |row: usize| format!("Field_{}__c", object * ROWS + row);
    // flows of one object take turns, so that no two of them write one field
    let turn = number / objects;
    let own = |n: usize| format!("Own_{}__c", (turn + n) % OWN);
    let (asked, written, value) = match number % 10 {
        0 => (own(0), mapped(5 * turn + 4), "Value_3"),
        1 => (own(0), mapped(5 * turn + 2), "kept"),
        2 => (mapped(3), own(1), "seen"),
        _ => (own(0), own(1), "done"),
    };
    let (filters, decision, first) = match number % 4 {
        0 => (filter(&asked), String::new(), "Set"),
        1 => (String::new(), decision(&asked), "Asks"),
        2 => (filter(&asked), decision(&own(2)), "Asks"),
        _ => (String::new(), String::new(), "Set"),
    };
    // a flow without conditions keeps to its own fields: else it would undo what a row writes
    let (written, value) = match (number % 4, number % 10) {
        (3, 0 | 1) => (own(1), "done"),
        _ => (written, value),
    };
    let (moment, end) = if number.is_multiple_of(2) {
        ("RecordBeforeSave", String::new())
    } else {
        (
            "RecordAfterSave",
            "<inputReference>$Record</inputReference>".to_owned(),
        )
    };
    let action = if end.is_empty() {
        format!(
            "<assignments><name>Set</name><label>Set</label><assignmentItems>\
             <assignToReference>$Record.{written}</assignToReference><operator>Assign</operator>\
             <value><stringValue>{value}</stringValue></value></assignmentItems></assignments>"
        )
    } else {
        format!(
            "<recordUpdates><name>Set</name><label>Set</label><inputAssignments><field>{written}</field>\
             <value><stringValue>{value}</stringValue></value></inputAssignments>{end}</recordUpdates>"
        )
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Flow xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n\
         <apiVersion>62.0</apiVersion>\n<label>Flow {number}</label>\n\
         <processType>AutoLaunchedFlow</processType>\n{action}\n{decision}\n\
         <start><connector><targetReference>{first}</targetReference></connector>{filters}\
         <object>Object_{object}__c</object><recordTriggerType>CreateAndUpdate</recordTriggerType>\
         <triggerType>{moment}</triggerType></start>\n<status>Active</status>\n<triggerOrder>{}</triggerOrder>\n</Flow>\n",
        turn + 1
    )
}

fn filter(field: &str) -> String {
    format!(
        "<filterLogic>and</filterLogic><filters><field>{field}</field><operator>EqualTo</operator>\
         <value><stringValue>go</stringValue></value></filters>"
    )
}

fn decision(field: &str) -> String {
    format!(
        "<decisions><name>Asks</name><label>Asks</label><defaultConnectorLabel>Other</defaultConnectorLabel>\
         <rules><name>Yes</name><conditionLogic>and</conditionLogic><conditions>\
         <leftValueReference>$Record.{field}</leftValueReference><operator>EqualTo</operator>\
         <rightValue><stringValue>go</stringValue></rightValue></conditions>\
         <connector><targetReference>Set</targetReference></connector><label>Yes</label></rules></decisions>"
    )
}

#[derive(Default)]
struct Stages {
    spec: String,
    left: Vec<String>,
    right: Vec<String>,
}

impl Stages {
    /// A ladder of stages over a field of each side: a step up for each of half of the moves, and from each step the way out.
    fn lifecycle(&mut self, number: usize, moves: usize) {
        let steps = moves / 2;
        let names: Vec<String> = (0..=steps).map(|n| format!("step_{n}")).collect();
        let value = |name: &String| name.to_uppercase();
        let mut left: Vec<String> = names.clone();
        let mut right: Vec<String> = names.iter().map(value).collect();
        left.push("gone".to_owned());
        right.push("GONE".to_owned());
        for (objects, object, field, values, key) in [
            (
                &mut self.left,
                format!("life_{number}"),
                "stage",
                &left,
                "email",
            ),
            (
                &mut self.right,
                format!("Life_{number}__c"),
                "Stage__c",
                &right,
                "Email__c",
            ),
        ] {
            objects.push(format!(
                "{{\"name\":\"{object}\",\"fields\":[{},{{\"name\":\"{key}\",\"type\":\"text\",\"length\":80,\
                 \"unique\":true,\"external_id\":true,\"id_lookup\":true}}]}}",
                picklist(field, values)
            ));
        }
        let _ = write!(
            self.spec,
            "sync Life{number}: hubspot.life_{number} <-> salesforce.Life_{number}__c {{\n  truth   salesforce\n  \
             match   email = Email__c\n  many    salesforce hold\n  many    hubspot hold\n  delete  keep\n\n  \
             email <-> Email__c\n}}\n\nlifecycle Ladder{number} {{\n  column left   hubspot.life_{number}.stage\n  \
             column right  salesforce.Life_{number}__c.Stage__c\n\n"
        );
        for (l, r) in left.iter().zip(&right) {
            let _ = writeln!(self.spec, "  {l}:  {l},  {r}");
        }
        self.spec.push_str("\n  truth salesforce\n  start step_0\n");
        for n in 0..steps {
            let by = ["hubspot", "salesforce"][n % 2];
            let _ = writeln!(self.spec, "  step_{n} -> step_{}  by {by}", n + 1);
            let _ = writeln!(self.spec, "  step_{n} -> gone  by salesforce");
        }
        let _ = writeln!(self.spec, "  final step_{steps}, gone\n}}\n");
    }
}
