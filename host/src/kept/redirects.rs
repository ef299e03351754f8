//! Which outside number each worker's calls go to, through a restart.

use super::{
    Keeper,
    shelf::{Shelf, Words},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path, sync::Arc};

const WORDS: Words = Words {
    fails: "redirect numbers cannot be kept, and a restart goes by what was kept before: see state-dir in [web]; it is tried again",
    lost: "redirect numbers cannot be kept: the next start goes by what was kept before",
};

/// One worker's, where it differs from what the directory says. What a newer version adds, an older one beside it passes
/// over: half of it is worth more than none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRedirect {
    /// The number; empty: none.
    pub number: Arc<str>,
    /// Accepted calls go to it.
    pub on: bool,
    /// Only administrators change it.
    pub locked: bool,
    /// What the directory said then: once it says something else, that counts.
    pub directory: Arc<str>,
}

/// Everybody's, by user name.
pub type KeptRedirects = Shelf<KeptRedirect>;

impl KeptRedirects {
    /// Those that this keeper keeps. An earlier version had them in `redirects.json` of this folder.
    pub async fn open(keeper: Keeper, folder: Option<&Path>) -> Arc<Self> {
        let kept = Self::of_workers(keeper, "redirect/", WORDS, |name| Some(name));
        kept.take_over(folder, "redirects.json", |text| serde_json::from_str::<BTreeMap<_, _>>(text)).await;
        Arc::new(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_newer_version_adds_is_passed_over() {
        let newer = include_str!("forms/redirect-1.json").replacen('{', r#"{"newer":[1],"#, 1);
        let known = serde_json::from_str::<KeptRedirect>(include_str!("forms/redirect-1.json")).unwrap();
        assert_eq!(serde_json::from_str::<KeptRedirect>(&newer).unwrap(), known);
    }

    #[tokio::test]
    async fn every_form_that_was_ever_kept_is_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("redirects.json"), include_str!("forms/redirects-1.json")).unwrap();
        let kept = KeptRedirects::open(uc_store::Store::in_memory().into(), Some(folder.path())).await;
        let redirect = |number: &str, on, locked, directory: &str| KeptRedirect {
            number: number.into(),
            on,
            locked,
            directory: directory.into(),
        };
        let kim = redirect("+4971112345", true, false, "!+491");
        let expected = [("kim".into(), kim.clone()), ("lee".into(), redirect("", false, true, ""))];
        assert_eq!(kept.read().await, BTreeMap::from(expected));
        assert_eq!(serde_json::from_str::<KeptRedirect>(include_str!("forms/redirect-1.json")).unwrap(), kim);
    }
}
