//! The suite that every plug-in must pass.

use crate::lync_push::LyncPush;

#[test]
fn conforms() {
    let folder = tempfile::tempdir().unwrap();
    let settings = format!("servers = ['127.0.0.1:1']\ntransport = 'tcp'\nstate-dir = '{}'\n", folder.path().display());
    uc_plugin_api::conformance::check::<LyncPush>(&settings);
}
