//! The decisions of a batch: one for each of its jobs, and the intents that they are written down as.

use std::sync::Arc;

use super::batch::{Job, Keep, Meaning, Meeting, Sending, Work};
use super::brake::Ahead;
use super::{Machine, Step};
use crate::runtime::archive::{Intent, IntentAction};
use crate::side::{Side, Sides};

impl Machine {
    /// Decides about all jobs of the batch, and writes the intents down.
    pub(super) fn decide_batch(&mut self) -> Step<()> {
        let program = Arc::clone(&self.program);
        let Some(mut batch) = self.batch.take() else {
            return Ok(());
        };
        let Some(sync) = program.syncs.get(batch.sync) else {
            return Ok(());
        };
        let at = batch.sync;
        for job in std::mem::take(&mut batch.jobs) {
            match job {
                Job::Pair { ids, meeting } => {
                    let records = Side::BOTH.map(|s| {
                        batch
                            .records
                            .get(&(*sync.objects.get(s), ids.get(s).clone()))
                    });
                    let [left, right] = records;
                    match (left, right) {
                        (Some(left), Some(right)) => {
                            let records = Sides::new(left, right);
                            let by_key = matches!(meeting, Meeting::Key);
                            let found_left = matches!(meeting, Meeting::Stamp(Side::Left));
                            let (mut work, sends) = self.decide_pair(
                                at,
                                sync,
                                &ids,
                                meeting,
                                records,
                                &batch.records,
                                batch.works.len(),
                            )?;
                            if let Some(work) = work.as_mut().filter(|w| w.keep == Keep::Link) {
                                self.link(at, sync, work)?;
                                work.keep = Keep::Nothing;
                                if by_key {
                                    self.expect_cluster(at, &ids)?;
                                }
                                // The right sweep will meet it as linked.
                                self.census.met.left += u64::from(found_left);
                            }
                            batch.works.extend(work);
                            batch.sends.extend(sends);
                        }
                        _ => self.without_counterpart(
                            at,
                            sync,
                            &ids,
                            &meeting,
                            Sides::new(left, right),
                            &batch.records,
                        )?,
                    }
                }
                Job::Look { ids, link } => {
                    let records = Sides::new(Side::Left, Side::Right).map(|s| {
                        let key = (*sync.objects.get(s), ids.get(s).clone());
                        batch.records.get(&key)
                    });
                    if records.left.is_none() || records.right.is_none() {
                        if records.left.is_some() {
                            self.count(at, |r| r.same = r.same.saturating_sub(1));
                        }
                        let meeting = Meeting::Linked(link);
                        self.without_counterpart(
                            at,
                            sync,
                            &ids,
                            &meeting,
                            records,
                            &batch.records,
                        )?;
                    }
                }
                Job::Make { from, id } => {
                    let Some(source) = batch.records.get(&(*sync.objects.get(from), id.clone()))
                    else {
                        continue;
                    };
                    let place = batch.works.len();
                    if let Some((work, send)) =
                        self.decide_create(at, sync, from, source, &batch.records, place)?
                    {
                        batch.works.push(work);
                        batch.sends.push(send);
                    }
                }
            }
        }
        batch.sends.sort_by_key(|s| s.side);
        if self.passes_brake(&sync.name, Ahead::of(&batch.sends))? {
            return Ok(());
        }
        let mut sends = std::mem::take(&mut batch.sends);
        self.intend_all(at, &mut sends, &batch.works)?;
        batch.sends = sends;
        if !batch.sends.is_empty() {
            self.archive.commit()?;
        }
        self.batch = Some(batch);
        Ok(())
    }

    /// Writes intents down, each with what it means for the shadow.
    pub(super) fn intend_all(
        &mut self,
        at: usize,
        sends: &mut [Sending],
        works: &[Work],
    ) -> Step<()> {
        for sending in sends {
            let Some(work) = works.get(sending.work) else {
                continue;
            };
            let (action, shadow) = match &sending.meaning {
                Meaning::Merge(rows) => {
                    let mut traces = work.traces.clone();
                    for (row, sent) in rows {
                        if let Some(trace) = traces.get_mut(*row) {
                            *trace = sent.done.clone();
                        }
                    }
                    (
                        IntentAction::Update,
                        (work.keep != Keep::Link).then(|| self.encode(at, &traces)),
                    )
                }
                Meaning::Stamp => (IntentAction::Update, None),
                Meaning::Make { .. } => (IntentAction::Create, None),
                Meaning::Delete => (IntentAction::Delete, None),
            };
            let intent = Intent {
                sync: self.number(at),
                side: sending.side,
                ids: work.ids.clone(),
                action,
                sent: sending.write.values.clone(),
                before: sending.before.clone(),
                shadow,
            };
            sending.seq = self.archive.intend(self.report.run, self.now, &intent)?;
        }
        Ok(())
    }
}
