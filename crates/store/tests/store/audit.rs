//! The audit log shows what was done to it behind the store's back, and names the place.

use std::collections::BTreeSet;

use vestibule_model::*;
use vestibule_store::{AuditCheck, AuditFilter, AuditPruned, OldChain, PageRequest, Reach, Tx};

use crate::bed::Bed;
use crate::on_both;
use crate::samples::*;

/// Entries of a workspace, and one of the deployment's, sealed.
struct Log {
    workspace: Workspace,
    events: Vec<AuditEvent>,
}

impl Log {
    fn sealed(bed: &mut Bed, count: usize) -> Self {
        let workspace = workspace("acme");
        let copy = workspace.clone();
        bed.write(move |tx| tx.insert_workspace(&copy)).unwrap();
        let log = Self {
            events: append(bed, Some(&workspace), count),
            workspace,
        };
        append(bed, None, 1);
        seal(bed);
        log
    }

    fn chain(&self) -> String {
        self.workspace.id.to_string()
    }

    fn id(&self, number: usize) -> String {
        self.events[number - 1].id.to_string()
    }

    /// What is wrong with the log, in short: fault, number, last number.
    fn faults(&self, bed: &mut Bed) -> Vec<(AuditFault, Option<i64>, Option<i64>)> {
        let findings = check(bed, &self.chain(), Vec::new()).findings;
        findings
            .into_iter()
            .map(|one| (one.fault, one.number, one.last_number))
            .collect()
    }
}

fn append(bed: &mut Bed, workspace: Option<&Workspace>, count: usize) -> Vec<AuditEvent> {
    let events: Vec<_> = (0..count)
        .map(|index| {
            let at = later(i64::try_from(index).unwrap());
            AuditEvent {
                id: EventId::new(at),
                at,
                detail: format!(r#"{{"index": {index}}}"#),
                ..event(workspace, Actor::Operator)
            }
        })
        .collect();
    let copies = events.clone();
    bed.write(move |tx| copies.iter().try_for_each(|one| tx.append_audit(one)))
        .unwrap();
    events
}

fn seal(bed: &mut Bed) {
    while bed.write(|tx| tx.seal_audit(now())).unwrap().entries > 0 {}
}

fn check(bed: &mut Bed, chain: &str, known: Vec<ChainHead>) -> AuditCheck {
    let mut check = AuditCheck::new(chain, known);
    while !check.is_done() {
        check = bed
            .read(move |tx| tx.check_audit(check, later(60)))
            .unwrap();
    }
    check
}

fn head(bed: &mut Bed, chain: &str) -> ChainHead {
    let chain = chain.to_owned();
    let heads = bed.read(|tx| tx.audit_heads("", 9)).unwrap();
    let mut heads = heads.into_iter();
    heads.find(|head| head.chain == chain).unwrap()
}

fn numbers(bed: &Bed, chain: &str) -> Vec<String> {
    bed.texts(&format!(
        "SELECT CAST(number AS TEXT) AS text FROM audit_events WHERE chain = '{chain}' ORDER BY number"
    ))
}

on_both! {
    fn every_entry_gets_one_place_in_the_chain_of_its_workspace(bed) {
        let log = Log::sealed(bed, 450);
        let expected: Vec<_> = (1..=450).map(|number: u32| number.to_string()).collect();
        assert_eq!(numbers(bed, &log.chain()), expected);
        assert_eq!(numbers(bed, "deployment"), ["1"]);
        assert_eq!(bed.read(|tx| tx.has_unsealed_audit()), Ok(false));
        let chains = bed.read(|tx| tx.audit_chains("", 10)).unwrap();
        assert_eq!(chains, ["deployment".to_owned(), log.chain()]);
        for chain in chains {
            let check = check(bed, &chain, Vec::new());
            assert_eq!((check.faults, check.findings, check.waiting), (0, vec![], 0));
        }
        append(bed, Some(&log.workspace), 3);
        assert_eq!(bed.read(|tx| tx.has_unsealed_audit()), Ok(true));
        let waiting = check(bed, &log.chain(), Vec::new());
        assert_eq!((waiting.entries, waiting.waiting, waiting.faults), (453, 3, 0));
        seal(bed);
        assert_eq!(head(bed, &log.chain()).number, 453);
    }

    fn servers_that_seal_at_once_give_each_number_once(bed) {
        let log = Log::sealed(bed, 1);
        append(bed, Some(&log.workspace), 600);
        let store = bed.store();
        let sealers: Vec<_> = (0..4)
            .map(|_| {
                let store = store.clone();
                std::thread::spawn(move || {
                    let mut sealed = 0;
                    loop {
                        let round = crate::bed::wait(store.write(|tx| tx.seal_audit(now()))).unwrap();
                        assert_eq!(round.broken, Vec::<String>::new());
                        if round.entries == 0 {
                            return sealed;
                        }
                        sealed += round.entries;
                    }
                })
            })
            .collect();
        let sealed: usize = sealers.into_iter().map(|sealer| sealer.join().unwrap()).sum();
        assert_eq!(sealed, 600);
        assert_eq!(numbers(bed, &log.chain()).len(), 601);
        assert_eq!(log.faults(bed), []);
    }

    fn each_change_behind_our_back_is_named_with_its_place(bed) {
        use AuditFault::*;
        let log = Log::sealed(bed, 6);
        let (chain, third, sixth) = (log.chain(), log.id(3), log.id(6));
        let rows = format!("WHERE chain = '{chain}'");
        let keep = "CREATE TABLE kept_events AS SELECT * FROM audit_events;
                    CREATE TABLE kept_chains AS SELECT * FROM audit_chains";
        let put_back = "DELETE FROM audit_events; INSERT INTO audit_events SELECT * FROM kept_events;
                        DELETE FROM audit_chains; INSERT INTO audit_chains SELECT * FROM kept_chains";
        bed.sql(keep);
        let mut columns = BTreeSet::new();
        for (column, value) in [
            ("detail", "'{}'"),
            ("action", "'connection.disabled'"),
            ("target", "'conn_2'"),
            ("at", "at + 1"),
            ("actor_kind", "'system'"),
            ("actor_id", "'key_1'"),
            ("workspace_id", "NULL"),
            ("via", "'job'"),
            ("request_id", "NULL"),
        ] {
            columns.insert(column);
            bed.sql(&format!("UPDATE audit_events SET {column} = {value} WHERE id = '{third}'"));
            assert_eq!(log.faults(bed), [(Changed, Some(3), None)], "{column}");
            bed.sql(put_back);
        }
        for (what, sql, expected) in [
            ("one is gone", format!("DELETE FROM audit_events WHERE id = '{third}'"),
             vec![(Missing, Some(3), Some(3))]),
            ("one is gone and the gap is closed",
             format!("DELETE FROM audit_events WHERE id = '{third}';
                      UPDATE audit_events SET number = -number {rows} AND number > 3;
                      UPDATE audit_events SET number = -number - 1 {rows} AND number < 0"),
             vec![(OutOfPlace, Some(3), None), (OutOfPlace, Some(4), None), (OutOfPlace, Some(5), None),
                  (CutOff, Some(6), Some(6))]),
            ("two are exchanged",
             format!("UPDATE audit_events SET number = 99 {rows} AND number = 3;
                      UPDATE audit_events SET number = 3 {rows} AND number = 4;
                      UPDATE audit_events SET number = 4 {rows} AND number = 99"),
             vec![(OutOfPlace, Some(3), None), (OutOfPlace, Some(4), None), (OutOfPlace, Some(5), None)]),
            ("the last one is gone", format!("DELETE FROM audit_events WHERE id = '{sixth}'"),
             vec![(CutOff, Some(6), Some(6))]),
            ("the last one is gone, and the record says so",
             format!("DELETE FROM audit_events WHERE id = '{sixth}';
                      UPDATE audit_chains SET head_number = 5, head_mac =
                      (SELECT chain_mac FROM audit_events {rows} AND number = 5) {rows}"),
             vec![(HeadChanged, None, None)]),
            ("a mac is gone", format!("UPDATE audit_events SET mac = NULL WHERE id = '{third}'"),
             vec![(Unsigned, Some(3), None), (OutOfPlace, Some(3), None)]),
            ("the first ones are gone, as if their time were over",
             format!("DELETE FROM audit_events {rows} AND number < 3;
                      UPDATE audit_chains SET kept_from = 3, kept_after_mac =
                      (SELECT chain_mac FROM kept_events {rows} AND number = 2) {rows}"),
             vec![(Missing, Some(1), Some(2)), (HeadChanged, None, None)]),
            ("the record is gone", format!("DELETE FROM audit_chains {rows}"),
             vec![(HeadMissing, None, None)]),
            ("all of it is gone", format!("DELETE FROM audit_events {rows}"),
             vec![(CutOff, Some(1), Some(6))]),
        ] {
            bed.sql(&sql);
            assert_eq!(log.faults(bed), expected, "{what}");
            bed.sql(put_back);
        }
        assert_eq!(log.faults(bed), []);
    }

    fn whoever_hashes_the_chain_anew_without_the_key_is_found_out(bed) {
        use sha2::{Digest as _, Sha256};
        let log = Log::sealed(bed, 5);
        let chain = log.chain();
        bed.sql(&format!("UPDATE audit_events SET detail = '{{}}' WHERE id = '{}'", log.id(2)));
        // The best that somebody can do who knows everything but the key.
        let mut before = "0".repeat(64);
        for number in 2..=5 {
            let mac: String = Sha256::digest(format!("{before}{}", log.id(number)))
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            bed.sql(&format!(
                "UPDATE audit_events SET mac = '{mac}', chain_mac = '{mac}'
                 WHERE chain = '{chain}' AND number = {number}"
            ));
            before = mac;
        }
        bed.sql(&format!("UPDATE audit_chains SET head_mac = '{before}' WHERE chain = '{chain}'"));
        let faults = log.faults(bed);
        let places: BTreeSet<_> = faults.iter().map(|(_, number, _)| *number).collect();
        assert_eq!(places, BTreeSet::from([None, Some(2), Some(3), Some(4), Some(5)]), "{faults:?}");
    }

    fn an_entry_that_somebody_else_writes_is_named_too(bed) {
        let log = Log::sealed(bed, 2);
        bed.sql(&format!(
            "INSERT INTO audit_events (id, workspace_id, actor_kind, action, target, detail, at)
             VALUES ('evt_made_up', '{}', 'operator', 'workspace.unlocked', 'x', '{{}}', 1)",
            log.chain()
        ));
        let waiting: Vec<_> = log.faults(bed).into_iter().map(|one| one.0).collect();
        assert_eq!(waiting, [AuditFault::Unsigned, AuditFault::NotSealed]);
        seal(bed);
        assert_eq!(log.faults(bed), [(AuditFault::Unsigned, Some(3), None)]);
        // What comes after it is what was written.
        append(bed, Some(&log.workspace), 2);
        seal(bed);
        assert_eq!(log.faults(bed), [(AuditFault::Unsigned, Some(3), None)]);
    }

    fn a_head_that_was_kept_elsewhere_shows_what_an_older_copy_hides(bed) {
        let log = Log::sealed(bed, 4);
        let chain = log.chain();
        bed.sql("CREATE TABLE kept_events AS SELECT * FROM audit_events;
                 CREATE TABLE kept_chains AS SELECT * FROM audit_chains");
        let early = head(bed, &chain);
        append(bed, Some(&log.workspace), 2);
        seal(bed);
        let late = head(bed, &chain);
        assert_eq!((early.number, late.number), (4, 6));
        let known = vec![late.clone(), early];
        assert_eq!(check(bed, &chain, known.clone()).findings, []);
        bed.sql("DELETE FROM audit_events; INSERT INTO audit_events SELECT * FROM kept_events;
                 DELETE FROM audit_chains; INSERT INTO audit_chains SELECT * FROM kept_chains");
        assert_eq!(log.faults(bed), []);
        let found = check(bed, &chain, known).findings;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].fault, found[0].number), (AuditFault::HeadUnknown, Some(6)));
        // Other entries in the same places.
        append(bed, Some(&log.workspace), 2);
        seal(bed);
        let found = check(bed, &chain, vec![late]).findings;
        assert_eq!((found[0].fault, found[0].number), (AuditFault::HeadUnknown, Some(6)));
    }

    fn nothing_is_added_to_a_broken_chain_until_somebody_has_looked(bed) {
        let log = Log::sealed(bed, 3);
        let (chain, third) = (log.chain(), log.id(3));
        bed.sql(&format!(
            "DELETE FROM audit_events WHERE id = '{third}';
             UPDATE audit_chains SET head_number = 2 WHERE chain = '{chain}'"
        ));
        append(bed, Some(&log.workspace), 1);
        append(bed, None, 1);
        let sealed = bed.write(|tx| tx.seal_audit(now())).unwrap();
        // The others go on.
        assert_eq!((sealed.entries, sealed.broken), (1, vec![chain.clone()]));
        assert_eq!(bed.read(|tx| tx.has_unsealed_audit()), Ok(false));
        assert_eq!(log.faults(bed)[0].0, AuditFault::HeadChanged);
        let resumed = bed.write(|tx| tx.resume_broken_audit_chains());
        assert_eq!(resumed, Ok(vec![(chain, 2)]));
        // What is gone is missed for ever, whatever comes after it.
        let gone = (Some(3), Some(3));
        assert_eq!(log.faults(bed), [(AuditFault::CutOff, gone.0, gone.1)]);
        for _ in 0..2 {
            append(bed, Some(&log.workspace), 1);
            seal(bed);
            assert_eq!(log.faults(bed), [(AuditFault::Missing, gone.0, gone.1)]);
        }
    }

    fn what_is_too_old_goes_and_the_rest_still_fits(bed) {
        let log = Log::sealed(bed, 900);
        let chain = log.chain();
        let known = head(bed, &chain);
        let old = OldChain { chain: chain.clone(), before: later(700) };
        let prune = |bed: &mut Bed| {
            let old = old.clone();
            bed.write(move |tx| tx.prune_audit(&old, later(900))).unwrap()
        };
        assert_eq!(prune(bed), AuditPruned::Gone { entries: 500, through: 500 });
        assert_eq!(log.faults(bed), []);
        assert_eq!(prune(bed), AuditPruned::Gone { entries: 200, through: 700 });
        assert_eq!(prune(bed), AuditPruned::Nothing);
        assert_eq!(check(bed, &chain, vec![known]).findings, []);
        append(bed, Some(&log.workspace), 1);
        seal(bed);
        assert_eq!(head(bed, &chain).number, 901);
        assert_eq!(log.faults(bed), []);
        // Evidence stays.
        bed.sql(&format!("UPDATE audit_events SET detail = '{{}}' WHERE id = '{}'", log.id(750)));
        let older = OldChain { before: later(800), ..old.clone() };
        let pruned = bed.write(move |tx| tx.prune_audit(&older, later(900)));
        assert_eq!(pruned, Ok(AuditPruned::Broken));
        assert_eq!(log.faults(bed), [(AuditFault::Changed, Some(750), None)]);
    }

    fn a_workspace_says_for_how_long_its_log_is_kept(bed) {
        let log = Log::sealed(bed, 1);
        let chains = |bed: &mut Bed, days: Option<u16>, day: i64| {
            let at = later(day * 86_400);
            let found = bed.read(move |tx| tx.old_audit_chains("", days, 10, at)).unwrap().found;
            found.into_iter().map(|old| old.chain).collect::<Vec<_>>()
        };
        let (own, deployment) = (log.chain(), "deployment".to_owned());
        // The sample says 400 days.
        assert_eq!(chains(bed, None, 399), [""; 0]);
        assert_eq!(chains(bed, None, 401), std::slice::from_ref(&own));
        assert_eq!(chains(bed, Some(30), 31), std::slice::from_ref(&deployment));
        assert_eq!(chains(bed, Some(30), 401), [deployment.clone(), own.clone()]);
        let mut changed = log.workspace;
        changed.audit_retention_days = None;
        bed.write(move |tx| tx.update_workspace(&changed)).unwrap();
        assert_eq!(chains(bed, None, 401), [""; 0]);
        assert_eq!(chains(bed, Some(30), 31), [deployment, own]);
    }

    fn entries_from_before_there_was_a_key_are_signed_when_it_is_made(bed) {
        let log = Log::sealed(bed, 3);
        bed.close();
        bed.sql("UPDATE audit_events SET mac = NULL, chain = NULL, number = NULL, chain_mac = NULL;
                 DELETE FROM audit_chains; DELETE FROM settings WHERE name = 'audit_key'");
        seal(bed);
        assert_eq!(numbers(bed, &log.chain()), ["1", "2", "3"]);
        assert_eq!(log.faults(bed), []);
        // Whoever has the key made anew has not made the old macs fit.
        bed.close();
        bed.sql("DELETE FROM settings WHERE name = 'audit_key'");
        let faults: BTreeSet<_> = log.faults(bed).into_iter().map(|one| one.0).collect();
        let expected = [AuditFault::Changed, AuditFault::OutOfPlace, AuditFault::HeadChanged];
        assert_eq!(faults, expected.into_iter().collect());
    }

    fn a_filter_lets_pass_what_it_says(bed) {
        let log = Log::sealed(bed, 4);
        let other = append(bed, None, 1);
        let list = |bed: &mut Bed, filter: AuditFilter| {
            let newest = filter.clone();
            let mut ids = bed
                .read(move |tx| tx.list_audit(Reach::All, &newest, &PageRequest::first(50)))
                .unwrap()
                .items;
            ids.reverse();
            let oldest = bed.read(move |tx| tx.audit_after(Reach::All, &filter, None, 50)).unwrap();
            assert_eq!(ids, oldest);
            ids.len()
        };
        let own = Some(log.workspace.id);
        for (filter, expected) in [
            (AuditFilter::default(), 6),
            (AuditFilter { workspace_id: own, ..AuditFilter::default() }, 4),
            (AuditFilter { since: Some(later(2)), ..AuditFilter::default() }, 2),
            (AuditFilter { until: Some(later(2)), workspace_id: own, ..AuditFilter::default() }, 2),
            (AuditFilter { actor: Some(Actor::Operator), ..AuditFilter::default() }, 6),
            (AuditFilter { actor: Some(Actor::System), ..AuditFilter::default() }, 0),
            (AuditFilter { action: Some("connection.enabled".to_owned()), ..AuditFilter::default() }, 6),
            (AuditFilter { action: Some("connection.".to_owned()), ..AuditFilter::default() }, 0),
            (AuditFilter { target: Some("conn_1".to_owned()), ..AuditFilter::default() }, 6),
            (AuditFilter { target: Some("conn_2".to_owned()), ..AuditFilter::default() }, 0),
        ] {
            assert_eq!(list(bed, filter.clone()), expected, "{filter:?}");
        }
        let (last, id) = (other[0].id, log.workspace.id);
        let after = move |tx: &mut Tx<'_>| tx.audit_after(Reach::All, &AuditFilter::default(), Some(last), 9);
        assert!(bed.read(after).unwrap().iter().all(|event| event.id > last));
        let elsewhere = move |tx: &mut Tx<'_>| {
            let filter = AuditFilter { workspace_id: Some(WorkspaceId::new(now())), ..AuditFilter::default() };
            tx.audit_after(Reach::Workspace(id), &filter, None, 9)
        };
        assert_eq!(bed.read(elsewhere), Ok(Vec::new()));
    }

    fn each_end_is_announced_once_and_each_entry_written_once(bed) {
        let log = Log::sealed(bed, 3);
        let heads = bed.read(|tx| tx.unannounced_audit_heads(9)).unwrap();
        assert_eq!(heads.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 3]);
        bed.write(move |tx| heads.iter().try_for_each(|head| tx.note_audit_announced(head))).unwrap();
        assert_eq!(bed.read(|tx| tx.unannounced_audit_heads(9)), Ok(Vec::new()));
        let mut written = Vec::new();
        while let Some((chain, events)) = bed.read(|tx| tx.unwritten_audit(2)).unwrap() {
            let number = events.last().and_then(|event| event.seal.as_ref()).map(|seal| seal.number);
            written.extend(events.into_iter().map(|event| event.id));
            bed.write(move |tx| tx.note_audit_written(&chain, number)).unwrap();
        }
        assert_eq!(bed.read(|tx| tx.has_unwritten_audit()), Ok(false));
        assert_eq!(written.len(), 4);
        let own: Vec<_> = log.events.iter().map(|event| event.id).collect();
        assert!(written.ends_with(&own), "in the order of the chain");
        append(bed, Some(&log.workspace), 1);
        seal(bed);
        assert_eq!(bed.read(|tx| tx.unannounced_audit_heads(9)).unwrap().len(), 1);
        assert_eq!(bed.read(|tx| tx.has_unwritten_audit()), Ok(true));
    }
}
