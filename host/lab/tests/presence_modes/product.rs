//! The product in its folder: configured and started.

use std::{fs, net::SocketAddr, path::Path};
use uc_lab::lab::{Product, plugin_directory};

/// Writes configuration and directory; `plugins` is the rest of the configuration.
pub(crate) fn configure(folder: &Path, t_server: SocketAddr, directory: &str, plugins: &str) {
    let built = plugin_directory().unwrap();
    let built = built.display();
    let configuration = format!(
        "[directory]\nfile = 'directory.toml'\n[[t-server]]\nname = 'lab'\naddress = '{t_server}'\n\
         reconnect-min = 0.05\nreconnect-max = 0.5\n\
         [plugins]\ndirectory = '{built}'\nprivate-directory = 'private'\n{plugins}"
    );
    fs::write(folder.join("uc.toml"), configuration).unwrap();
    fs::write(folder.join("directory.toml"), directory).unwrap();
}

/// Starts the product in its folder.
pub(crate) async fn start(folder: &Path) -> Product {
    Product::start(&folder.join("uc.toml")).await.unwrap_or_else(|error| panic!("build the plug-ins first? {error}"))
}
