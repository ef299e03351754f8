//! The product signs in by tickets of a real KDC that comes and goes. Needs krb5-kdc and krb5-admin-server.
#![cfg(feature = "kerberos")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod front_end;
mod lync;

use front_end::{
    PASSWORD,
    realm::{Realm, inside},
    site,
};
use lync::Rig;
use uc_lab::front_end::{Config, FrontEnd, Presence, SchemeName, SiteFile, Tls, UserEntry};

const ALICE: &str = "5001";

async fn front_end(rig: &Rig) -> FrontEnd {
    let (cert, key) = rig.certificate();
    let tls = Some(Tls { cert, key, client_ca: None });
    let mut site = SiteFile { schemes: vec![SchemeName::Kerberos], ..site() };
    site.users.push(UserEntry { sip: "sip:watcher@example.com".into(), ..UserEntry::default() });
    let front_end = FrontEnd::start(Config { tls, ..Config::for_tests(site) }).await.unwrap();
    front_end.set_presence("sip:alice@example.com", Presence::new(3500)).unwrap();
    front_end
}

#[test]
fn a_domain_controller_that_is_away_costs_seconds() {
    let Some(folder) = inside("a_domain_controller_that_is_away_costs_seconds") else { return };
    let mut realm = Realm::within(&folder, &[("watcher", PASSWORD)], &["sip/fe01.example.com"]);
    realm.use_keytab(Some(&realm.keytab_of("watcher")));
    realm.stop();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let rig = Rig::new();
        let front_end = front_end(&rig).await;
        let settings = format!(
            "servers = ['localhost:{}']\n\
             accounts = [{{ address = 'sip:watcher@example.com', auth = 'kerberos', login = 'watcher@EXAMPLE.COM' }}]\n",
            front_end.addr().port()
        );
        let product = rig.start(&[(ALICE, "sip:alice@example.com")], &settings).await;
        product.plugin_says(&["no domain controller answers"]).await;
        // About eight seconds: each pause is longer than the one before.
        product.counted("uc_plugin_lync_links_lost_total", 4.0).await;
        realm.start();
        product.sent("RequestAgentReady", ALICE, None).await;
        product.stop().await;
    });
}
