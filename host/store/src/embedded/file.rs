//! The file itself: its form, what is read from it, one commit.
//!
//! Form 1: `entries (key, revision, value, sum)`, where `sum` is the first 8 bytes of SHA-256 over key, revision and value;
//! `store (revision, sum)` has one row, whose `sum` is that of all entries and of the revision combined by exclusive or. A
//! later form reads every earlier one: `kept/` has a file of each.

use super::folder;
use crate::{
    Changed, Entry, Key, Revision,
    ledger::{Batch, Ledger},
};
use bytes::Bytes;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, params};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs::{self, File, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

/// Marks the file as ours: "UCST".
const APPLICATION: i32 = 0x5543_5354;

/// The form that is written.
const FORM: i32 = 1;

const TABLES: &str = "
    CREATE TABLE entries (key TEXT PRIMARY KEY, revision INTEGER NOT NULL, value BLOB NOT NULL, sum INTEGER NOT NULL)
        WITHOUT ROWID, STRICT;
    CREATE TABLE store (revision INTEGER NOT NULL, sum INTEGER NOT NULL) STRICT;
    INSERT INTO store VALUES (0, {sum});
";

/// Why a file cannot be used.
#[derive(Debug)]
pub(super) enum Unusable {
    /// What it holds is not what was written.
    Damaged(String),
    /// There is no room.
    Full(String),
    /// Anything else; it may pass, or is the operator's to mend.
    Other(String),
}

/// An open file.
#[derive(Debug)]
pub(super) struct StoreFile {
    path: PathBuf,
    /// Device and number: another file at the same place is not ours.
    place: (u64, u64),
    connection: Connection,
    sums: BTreeMap<Key, i64>,
    /// All sums combined.
    whole: i64,
}

impl StoreFile {
    /// Opens the file, makes it if it is missing, and reads everything.
    pub(super) fn open(path: &Path) -> Result<(Self, Ledger), Unusable> {
        is_ours(path)?;
        let connection = connect(path)?;
        // The lock of the folder is ours; with this one nothing is shared through memory, which would need a further file.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        is_known(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let (ledger, sums) = read(&connection)?;
        let (whole, place) = (combined(&sums), place(path).map_err(|error| other(path, &error))?);
        Ok((Self { path: path.to_owned(), place, connection, sums, whole }, ledger))
    }

    /// Nobody has taken it away, or put another in its place.
    pub(super) fn is_there(&self) -> bool {
        // A disk that fails has taken nothing away.
        place(&self.path).map_or_else(|error| error.kind() != ErrorKind::NotFound, |place| place == self.place)
    }

    /// Writes all of it; it is on the disk when this returns.
    pub(super) fn commit(&mut self, batch: &Batch) -> Result<(), Unusable> {
        let transaction = self.connection.transaction()?;
        let sums = write(&transaction, batch)?;
        let mut whole = self.whole;
        for (key, sum) in &sums {
            whole ^= self.sums.get(key).copied().unwrap_or(0) ^ sum.unwrap_or(0);
        }
        seal(&transaction, batch.revision, whole)?;
        transaction.commit()?;
        self.whole = whole;
        for (key, sum) in sums {
            match sum {
                Some(sum) => drop(self.sums.insert(key, sum)),
                None => drop(self.sums.remove(&key)),
            }
        }
        Ok(())
    }

    /// Writes this in place of whatever it holds.
    pub(super) fn replace(&mut self, ledger: &Ledger) -> Result<(), Unusable> {
        let all = ledger.read(&crate::Span::Below("".into()));
        let set = |(key, Entry { value, revision }): (Key, Entry)| Changed { key, revision, value: Some(value) };
        let batch = Batch { revision: all.revision, changed: all.entries.into_iter().map(set).collect() };
        let transaction = self.connection.transaction()?;
        transaction.execute("DELETE FROM entries", [])?;
        let sums: BTreeMap<Key, i64> =
            write(&transaction, &batch)?.into_iter().filter_map(|(key, sum)| Some((key, sum?))).collect();
        let whole = combined(&sums);
        seal(&transaction, batch.revision, whole)?;
        transaction.commit()?;
        (self.sums, self.whole) = (sums, whole);
        Ok(())
    }
}

fn combined(sums: &BTreeMap<Key, i64>) -> i64 {
    sums.values().fold(0, |whole, sum| whole ^ sum)
}

fn seal(transaction: &Transaction<'_>, revision: Revision, whole: i64) -> Result<(), Unusable> {
    let sealed = whole ^ sum_of_revision(revision);
    transaction.execute("UPDATE store SET revision = ?1, sum = ?2", params![revision.0.cast_signed(), sealed])?;
    Ok(())
}

fn other(path: &Path, error: &io::Error) -> Unusable {
    Unusable::Other(format!("{}: {error}", path.display()))
}

/// Makes the file if it is missing; it names people, and is for us alone to read.
fn is_ours(path: &Path) -> Result<(), Unusable> {
    match fs::metadata(path) {
        // One that was just begun is never there.
        Ok(there) if there.len() == 0 => return Err(Unusable::Damaged("it is empty".to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => make(path)?,
        // What is wrong shows when it is opened.
        Ok(_) | Err(_) => {}
    }
    // One that was put back from elsewhere may be open to others, and what SQLite makes beside it would be as well.
    fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(|error| other(path, &error))
}

/// Makes a file beside its place, and puts it there with its tables in it.
fn make(path: &Path) -> Result<(), Unusable> {
    let (fresh, failed) = (path.with_extension("fresh"), |error| other(path, &error));
    // A crash may have left one, and the file that was here before what SQLite would read with the new one.
    folder::clear(&fresh).and_then(|()| folder::clear(path)).map_err(failed)?;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh).map_err(failed)?;
    make_tables(connect(&fresh)?)?;
    fs::rename(&fresh, path).map_err(failed)?;
    // What is written next is on the disk beside a file that is there.
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all()).map_err(failed)
}

fn connect(path: &Path) -> Result<Connection, Unusable> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(path, flags)?)
}

fn place(path: &Path) -> io::Result<(u64, u64)> {
    let there = fs::metadata(path)?;
    Ok((there.dev(), there.ino()))
}

fn make_tables(mut connection: Connection) -> Result<(), Unusable> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(&TABLES.replace("{sum}", &sum_of_revision(Revision(0)).to_string()))?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", FORM)?;
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error.into())
}

/// Whether this program has written it, in a form that it knows.
fn is_known(connection: &Connection) -> Result<(), Unusable> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    match (number("application_id")?, number("user_version")?) {
        (APPLICATION, FORM) => Ok(()),
        (APPLICATION, form) if form > FORM => {
            Err(Unusable::Other(format!("a newer version of this program has written it (form {form}, known {FORM})")))
        }
        _ => Err(Unusable::Damaged("it is a database of another program".to_owned())),
    }
}

/// Everything, proved by the checksums.
fn read(connection: &Connection) -> Result<(Ledger, BTreeMap<Key, i64>), Unusable> {
    let damaged = |what: &str| Unusable::Damaged(what.to_owned());
    let (mut entries, mut sums) = (BTreeMap::new(), BTreeMap::new());
    let mut all = connection.prepare("SELECT key, revision, value, sum FROM entries")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (key, revision, value): (String, i64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let sum = row.get(3)?;
        let (revision, value) = (Revision(revision.cast_unsigned()), Bytes::from(value));
        let key = Key::new(&key).map_err(|error| Unusable::Damaged(error.to_string()))?;
        if sum != sum_of(&key, revision, &value) {
            return Err(damaged("an entry is not as it was written"));
        }
        sums.insert(key.clone(), sum);
        entries.insert(key, Entry { value, revision });
    }
    let store = "SELECT revision, sum FROM store";
    let (revision, whole): (i64, i64) = connection.query_row(store, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let newest = entries.values().map(|entry| entry.revision).max().unwrap_or_default();
    let revision = Revision(revision.cast_unsigned());
    if combined(&sums) ^ sum_of_revision(revision) != whole || newest > revision {
        return Err(damaged("entries are missing"));
    }
    Ok((Ledger::of(revision, entries), sums))
}

fn write(transaction: &Transaction<'_>, batch: &Batch) -> Result<Vec<(Key, Option<i64>)>, Unusable> {
    let mut set = transaction.prepare("INSERT OR REPLACE INTO entries VALUES (?1, ?2, ?3, ?4)")?;
    let mut remove = transaction.prepare("DELETE FROM entries WHERE key = ?1")?;
    let mut one = |Changed { key, revision, value }: &Changed| -> Result<_, Unusable> {
        let sum = value.as_ref().map(|value| sum_of(key, *revision, value));
        match value.as_ref().zip(sum) {
            Some((value, sum)) => set.execute(params![key.text(), revision.0.cast_signed(), &value[..], sum])?,
            None => remove.execute([key.text()])?,
        };
        Ok((key.clone(), sum))
    };
    batch.changed.iter().map(&mut one).collect()
}

fn sum_of(key: &Key, revision: Revision, value: &[u8]) -> i64 {
    let mut digest = Sha256::new();
    digest.update((key.text().len() as u64).to_le_bytes());
    digest.update(key.text());
    digest.update(revision.0.to_le_bytes());
    digest.update(value);
    first_bytes(digest)
}

fn sum_of_revision(revision: Revision) -> i64 {
    first_bytes(Sha256::new().chain_update("revision").chain_update(revision.0.to_le_bytes()))
}

fn first_bytes(digest: Sha256) -> i64 {
    i64::from_le_bytes(digest.finalize().first_chunk().copied().unwrap_or_default())
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error::{FromSqlConversionFailure, InvalidColumnType, QueryReturnedNoRows, SqliteFailure};
        let code = error.sqlite_error_code();
        let text = error.to_string();
        match (&error, code) {
            (_, Some(ErrorCode::DiskFull)) => Self::Full(text),
            (_, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)) => Self::Damaged(text),
            // Tables and columns that are not as they were made.
            (SqliteFailure(..), Some(ErrorCode::Unknown))
            | (FromSqlConversionFailure(..) | InvalidColumnType(..) | QueryReturnedNoRows, _) => Self::Damaged(text),
            _ => Self::Other(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_changes_nothing_and_takes_the_same_once_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let (mut file, _) = StoreFile::open(&path).unwrap();
        let set = |name: &str, bytes, revision| {
            let value = Some(Bytes::from(vec![7; bytes]));
            let changed = vec![Changed { key: Key::new(name).unwrap(), revision: Revision(revision), value }];
            Batch { revision: Revision(revision), changed }
        };
        file.commit(&set("small", 10, 1)).unwrap();
        file.connection.pragma_update(None, "max_page_count", 8).unwrap();
        let full = file.commit(&set("large", 100_000, 2)).unwrap_err();
        assert!(matches!(full, Unusable::Full(_)), "{full:?}");
        file.commit(&set("small", 11, 2)).unwrap();
        file.connection.pragma_update(None, "max_page_count", 1000).unwrap();
        file.commit(&set("large", 100_000, 3)).unwrap();
        drop(file);
        let (_, ledger) = StoreFile::open(&path).unwrap();
        assert_eq!((ledger.revision(), ledger.read(&crate::Span::Below("".into())).entries.len()), (Revision(3), 2));
    }

    #[test]
    fn another_revision_than_was_written_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        for revision in ["revision + 4", "-125"] {
            drop(StoreFile::open(&path).unwrap());
            Connection::open(&path).unwrap().execute(&format!("UPDATE store SET revision = {revision}"), []).unwrap();
            assert!(matches!(StoreFile::open(&path), Err(Unusable::Damaged(_))), "{revision}");
            fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn what_is_put_in_place_of_a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let (mut file, _) = StoreFile::open(&path).unwrap();
        let entry = |bytes, revision| Entry { value: Bytes::from(vec![7; bytes]), revision: Revision(revision) };
        let of = |bytes| Ledger::of(Revision(2), BTreeMap::from([(Key::new("a").unwrap(), entry(bytes, 2))]));
        file.replace(&of(10)).unwrap();
        file.connection.pragma_update(None, "max_page_count", 8).unwrap();
        assert!(matches!(file.replace(&of(100_000)), Err(Unusable::Full(_))));
        drop(file);
        let (_, ledger) = StoreFile::open(&path).unwrap();
        assert_eq!(ledger.read(&crate::Span::Below("".into())).entries[&Key::new("a").unwrap()], entry(10, 2));
    }

    #[test]
    fn a_file_of_a_newer_version_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        drop(StoreFile::open(&path).unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "user_version", FORM + 1).unwrap();
        let newer = StoreFile::open(&path).unwrap_err();
        assert!(matches!(&newer, Unusable::Other(why) if why.contains("newer version")), "{newer:?}");
    }
}
