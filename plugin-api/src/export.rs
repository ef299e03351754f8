//! From an author's type to the library's exported symbol.

use crate::{
    abi::{API_VERSION, HostBox, Module, ModuleRef, PluginBox, PluginError, PluginInfo, RUSTC},
    backend::Backend,
    config::{PluginConfig, Problem},
    sdk,
};
use abi_stable::{
    library::{__call_root_module_loader, CheckTypeLayout, LibHeader, RootModuleResult},
    prefix_type::PrefixTypeTrait,
    std_types::{RResult, RVec},
};

/// Exports a [`Backend`] as the plug-in of this library. Once in a `cdylib` crate:
///
/// ```ignore
/// uc_plugin_api::export_plugin!(Lync);
/// ```
#[macro_export]
macro_rules! export_plugin {
    ($backend:ty) => {
        const _: () = {
            struct Exported;

            impl $crate::export::Export for Exported {
                type Backend = $backend;
                const VERSION: &'static str = env!("CARGO_PKG_VERSION");
                const UNWINDS: bool = cfg!(panic = "unwind");
            }

            // What abi_stable's #[export_root_module] writes, without its need for a dependency line of its own.
            // SAFETY: the name is abi_stable's own, and a library holds one plug-in.
            #[allow(unsafe_code)]
            #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
            pub static HEADER: $crate::export::Header = $crate::export::header::<Exported>();
        };
    };
}

/// What the macro knows of the library it is used in.
pub trait Export: 'static {
    /// The author's type.
    type Backend: Backend;
    /// Version of the plug-in's crate.
    const VERSION: &'static str;
    /// Whether that crate unwinds.
    const UNWINDS: bool;
}

/// Type of the exported symbol.
pub type Header = LibHeader;

/// The header of a library that exports `E`.
pub const fn header<E: Export>() -> Header {
    // SAFETY: `root` makes what it returns of a `ModuleRef`.
    unsafe { LibHeader::from_constructor::<ModuleRef>(root::<E>, CheckTypeLayout::Yes) }
}

extern "C" fn root<E: Export>() -> RootModuleResult {
    __call_root_module_loader(module::<E>)
}

/// The root module of `E`, as the loader finds it.
pub fn module<E: Export>() -> ModuleRef {
    Module { info: info::<E>, check: check::<E::Backend>, start: start::<E::Backend> }.leak_into_prefix()
}

extern "C" fn info<E: Export>() -> PluginInfo {
    let keys = sdk::guard(|| Ok(sdk::known_keys::<<E::Backend as Backend>::Config>().unwrap_or_default()));
    PluginInfo {
        name: E::Backend::NAME.into(),
        version: E::VERSION.into(),
        api_version: API_VERSION.into(),
        roles: E::Backend::ROLES.into(),
        config_keys: keys.unwrap_or_default().iter().map(|&key| key.into()).collect(),
        rustc: RUSTC.into(),
        unwinds: E::UNWINDS,
    }
}

extern "C" fn check<B: Backend>(config: PluginConfig) -> RVec<Problem> {
    match sdk::guard(|| Ok(sdk::problems::<B>(&config))) {
        Ok(problems) => problems.into(),
        Err(panic) => {
            let message = format!("the plug-in could not check its settings: it {panic}").into();
            let nowhere = Problem { file: config.file, line: config.line, column: 0, key: "".into(), message };
            vec![nowhere].into()
        }
    }
}

extern "C" fn start<B: Backend>(config: PluginConfig, host: HostBox) -> RResult<PluginBox, PluginError> {
    sdk::guard(|| sdk::start::<B>(&config, host)).into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_exported_name_is_the_one_the_loader_asks_for() {
        assert!(include_str!("export.rs").contains(crate::abi::ROOT_SYMBOL), "{}", crate::abi::ROOT_SYMBOL);
    }
}
