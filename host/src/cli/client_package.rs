//! `uc-connector client-package`: what an administrator rolls out so that the UC clients of workers show the page
//! (requirements F34, F35; host/docs/requirements.md, "The page in the UC client").

mod guide;
mod registry;

use super::{Exit, File, load, print};
use clap::Args;
use registry::Site;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What to make, and where to put it.
#[derive(Clone, Debug, Args)]
pub struct Package {
    /// The configuration file
    #[command(flatten)]
    pub file: File,
    /// Folder for the files; made when it is not there, files of the same name are replaced
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Answers the command. Only the configuration is looked at.
pub(super) fn client_package(asked: &Package) -> Exit {
    let config = match load(&asked.file) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let Some(url) = &config.web.public_url else {
        let file = config.file.display();
        eprintln!(
            "error: {file}: `public-url` in [web] is missing: write where workers reach this service, such as \
             https://uc.example.com, then make the package again"
        );
        return Exit::Config;
    };
    match write(&asked.out, &Site::new(url.get_ref())) {
        Ok(names) => print(&format!("{}: {}", asked.out.display(), names.join(", "))),
        Err((path, error)) => {
            eprintln!("error: {} cannot be written: {error}", path.display());
            Exit::Io
        }
    }
}

/// The names of the files, or the path that failed.
fn write(folder: &Path, site: &Site) -> Result<Vec<&'static str>, (PathBuf, io::Error)> {
    fs::create_dir_all(folder).map_err(|error| (folder.to_owned(), error))?;
    let files = [
        ("per-user.reg", utf_16(&site.per_user())),
        ("per-machine.reg", utf_16(&site.per_machine())),
        ("README.txt", lines(&guide::guide(site)).into_bytes()),
    ];
    let put = |(name, content): (&'static str, Vec<u8>)| {
        let path = folder.join(name);
        fs::write(&path, content).map(|()| name).map_err(|error| (path, error))
    };
    files.into_iter().map(put).collect()
}

/// Line ends of Windows.
fn lines(text: &str) -> String {
    text.replace('\n', "\r\n")
}

/// As the registry editor exports: UTF-16LE behind a byte order mark.
fn utf_16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(lines(text).encode_utf16().collect::<Vec<_>>());
    units.flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registry_files_are_little_endian_behind_a_mark() {
        assert_eq!(utf_16("é\n"), [0xFF, 0xFE, 0xE9, 0, 13, 0, 10, 0]);
    }
}
