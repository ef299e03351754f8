//! Shows a store that takes nothing as a part that works and is not as it should be.

use crate::web::Readiness;
use std::sync::Arc;
use tokio::sync::watch;

/// Its name on the board.
const PART: &str = "store";

/// Runs until nobody keeps anything any more.
pub(super) async fn show(mut failing: watch::Receiver<Option<Arc<str>>>, readiness: Readiness) {
    let mut shown = false;
    loop {
        let now = failing.borrow_and_update().clone();
        match &now {
            Some(why) => {
                let words = format!("nothing can be written down, and a restart goes by what was kept before: {why}");
                if !shown {
                    tracing::warn!("{PART}: {words}");
                }
                readiness.in_part(PART, words);
            }
            None if shown => {
                tracing::info!("{PART}: what waited is written down again");
                readiness.forget(PART);
            }
            None => {}
        }
        shown = now.is_some();
        if failing.changed().await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kept::Keeper;
    use tokio::task::yield_now;
    use uc_store::{Change, Key, Store};

    #[tokio::test]
    async fn a_store_that_takes_nothing_is_shown_until_it_takes_something() {
        let folder = tempfile::tempdir().unwrap();
        let in_the_way = folder.path().join("store.sqlite");
        std::fs::create_dir(&in_the_way).unwrap();
        let (keeper, readiness) = (Keeper::from(Store::embedded(folder.path())), Readiness::default());
        let showing = tokio::spawn(show(keeper.failing(), readiness.clone()));
        let write = async || keeper.write(None, vec![Change::set(Key::new("k").unwrap(), "1")]).await.is_ok();
        assert!(!write().await);
        while !readiness.report().contains("[~] store: ") {
            yield_now().await;
        }
        assert!(readiness.missing().is_empty());
        std::fs::remove_dir(&in_the_way).unwrap();
        while !write().await {
            yield_now().await;
        }
        while readiness.report().contains("store") {
            yield_now().await;
        }
        drop(keeper);
        showing.await.unwrap();
    }
}
