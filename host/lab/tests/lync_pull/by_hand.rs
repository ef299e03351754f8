//! The lab's files for trying normal mode by hand fit together.

use crate::{
    front_end,
    lync::{Rig, plugins, reasons},
};
use uc_lab::{
    front_end::{Presence, SiteFile},
    t_server::{self, SwitchFile, TServer},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_labs_users_dns_and_configuration_fit_together() {
    let front_end = front_end(SiteFile::parse(include_str!("../../users.toml")).unwrap()).await;
    let switch = SwitchFile::parse(include_str!("../../dns.toml")).unwrap();
    let t_server = TServer::start(t_server::Config::new(switch)).await.unwrap();
    let mut text = include_str!("../../lync.toml").to_owned() + "\n[admin]\nlisten = '127.0.0.1:0'\n";
    for (fixed, here) in [
        ("127.0.0.1:7100", &*t_server.addr().to_string()),
        ("127.0.0.1:5060", &front_end.addr().to_string()),
        ("127.0.0.1:8080", "127.0.0.1:0"),
        ("../../config/directory.toml", "directory.toml"),
        ("../../target/debug", &plugins()),
    ] {
        assert!(text.contains(fixed), "{fixed}");
        text = text.replace(fixed, here);
    }
    let rig = Rig::new();
    rig.write("connector.toml", &text);
    rig.write("directory.toml", include_str!("../../../../config/directory.toml"));
    rig.write("lync.secret", include_str!("../../lync.secret"));
    let product = rig.launch(t_server).await;
    product.sent("RequestAgentReady", "5001", None).await;
    front_end.set_presence("sip:kim@example.com", Presence::new(6500).activity("on-the-phone")).unwrap();
    product.sent("RequestAgentNotReady", "5001", Some(reasons("busy", ""))).await;
    product.stop().await;
}
