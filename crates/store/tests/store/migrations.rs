//! The schema goes up, down and up again, is the same on both databases, and is checked at start.

use std::collections::BTreeMap;

use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use vestibule_store::{Store, StoreError};

use crate::bed::{Bed, Raw, wait};
use crate::on_both;

/// Everything a database says about its schema, but for the list of migrations.
fn schema(bed: &Bed) -> Vec<String> {
    if bed.is_sqlite() {
        return bed.texts(
            "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') AS text
             FROM sqlite_master WHERE tbl_name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' ORDER BY 1",
        );
    }
    bed.texts(
        "SELECT concat_ws(' ', 'column', table_name, ordinal_position, column_name, data_type,
                          is_nullable, collation_name, column_default) AS text
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'
         UNION ALL
         SELECT concat_ws(' ', 'index', tablename, indexdef) FROM pg_indexes
         WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_diesel%'
         UNION ALL
         SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
         FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '\\_\\_diesel%'
         ORDER BY 1",
    )
}

/// Takes every migration back, by the very files.
fn down(bed: &Bed) -> usize {
    let folder = |name| FileBasedMigrations::from_path(format!("../../migrations/{name}")).unwrap();
    match bed.raw() {
        Raw::Sqlite(mut conn) => conn.revert_all_migrations(folder("sqlite")).unwrap().len(),
        Raw::Postgres(mut conn) => conn
            .revert_all_migrations(folder("postgres"))
            .unwrap()
            .len(),
    }
}

on_both! {
    fn down_takes_everything_back_and_up_makes_the_same_again(bed) {
        let first = schema(bed);
        assert!(first.len() > 40, "{first:#?}");
        let steps = down(bed);
        assert_eq!(schema(bed), Vec::<String>::new());
        let again = Store::migrate(&bed.config()).unwrap();
        assert_eq!(again.versions.len(), steps);
        assert_eq!(schema(bed), first);
        assert_eq!(Store::migrate(&bed.config()).unwrap().versions, Vec::<String>::new());
        wait(bed.store().ping()).unwrap();
    }

    fn a_schema_that_has_more_is_run_on_until_it_says_otherwise(bed) {
        let newest = bed.texts("SELECT max(version) AS text FROM __diesel_schema_migrations").remove(0);
        bed.sql("INSERT INTO __diesel_schema_migrations (version) VALUES ('9998'), ('9999')");
        assert_eq!(Store::migrate(&bed.config()).unwrap().versions, Vec::<String>::new());
        wait(bed.store().ping()).unwrap();
        bed.close();
        // A step that takes something away names the oldest program that does without it.
        let refused = StoreError::SchemaTooNew { version: "9999".to_owned() };
        for oldest in ["UPDATE schema_support SET oldest = '9998'", "DELETE FROM schema_support"] {
            bed.sql(oldest);
            assert_eq!(Store::open(bed.config()).unwrap_err(), refused, "{oldest}");
            assert_eq!(Store::migrate(&bed.config()).unwrap_err(), refused, "{oldest}");
            assert_eq!(Store::probe(&bed.config()).unwrap_err(), refused, "{oldest}");
        }
        assert!(refused.to_string().contains("9999"));
        bed.sql(&format!("INSERT INTO schema_support (oldest) VALUES ('{newest}')"));
        wait(bed.store().ping()).unwrap();
    }

    fn a_schema_that_lacks_a_step_is_refused(bed) {
        down(bed);
        let refused = Store::open(bed.config()).unwrap_err();
        assert_eq!(refused, StoreError::SchemaBehind { missing: "0001".to_owned() });
    }
}

fn many_migrate_at_once(bed: &Bed) {
    let ran: Vec<_> = std::thread::scope(|scope| {
        let replicas: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| Store::migrate(&bed.config()).unwrap()))
            .collect();
        replicas
            .into_iter()
            .map(|replica| replica.join().unwrap().versions.len())
            .collect()
    });
    assert_eq!(ran.iter().filter(|steps| **steps > 0).count(), 1, "{ran:?}");
}

#[test]
fn many_replicas_may_migrate_sqlite_at_once() {
    let bed = Bed::empty_sqlite();
    many_migrate_at_once(&bed);
}

#[test]
fn many_replicas_may_migrate_postgres_at_once() {
    let bed = Bed::empty_postgres();
    many_migrate_at_once(&bed);
}

#[test]
fn both_databases_have_the_same_tables_and_columns() {
    let (sqlite, postgres) = (Bed::sqlite(), Bed::postgres());
    let sqlite = sqlite.texts(
        "SELECT m.name || ' ' || c.cid || ' ' || c.name || ' ' || c.type || ' '
                || iif(c.\"notnull\", 'NO', 'YES') AS text
         FROM sqlite_master AS m, pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' ORDER BY 1",
    );
    let postgres = postgres.texts(
        "SELECT concat_ws(' ', table_name, ordinal_position - 1, column_name, data_type, is_nullable)
                AS text
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%' ORDER BY 1",
    );
    let types = BTreeMap::from([
        ("text", "TEXT"),
        ("bigint", "INTEGER"),
        ("boolean", "INTEGER"),
    ]);
    let mut postgres: Vec<_> = postgres
        .iter()
        .map(|column| {
            column
                .split(' ')
                .map(|word| *types.get(word).unwrap_or(&word))
        })
        .map(|words| words.collect::<Vec<_>>().join(" "))
        .collect();
    postgres.sort();
    let mut sqlite = sqlite;
    sqlite.sort();
    assert_eq!(sqlite, postgres);
}

#[test]
fn both_folders_have_the_same_steps_each_with_a_way_back() {
    let steps = |engine: &str| -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(format!("../../migrations/{engine}"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .inspect(|step| assert!(step.join("up.sql").exists() && step.join("down.sql").exists()))
            .map(|step| step.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(steps("sqlite"), steps("postgres"));
}
