//! The layout of everything that crosses the edge, as text: it must not change without a new API version, because a
//! plug-in compiled for this version must keep loading.

use crate::{
    abi::{API_VERSION, HostBox, Level, MetricKind, ModuleRef, PluginBox, PluginError, PluginInfo},
    config::{PluginConfig, Problem},
    message::{Command, Event},
};
use abi_stable::{
    StableAbi,
    type_layout::{TLData, TLField, TypeLayout},
};
use std::{
    collections::{BTreeSet, HashSet},
    fmt::Write,
    fs,
    path::Path,
};

/// Every type reachable from the root module, one entry each, in the order of their names.
fn layout() -> String {
    let (mut seen, mut entries) = (HashSet::new(), BTreeSet::new());
    // The module, and what its functions and those of the two objects take and return.
    let mut next = vec![ModuleRef::LAYOUT, HostBox::LAYOUT, PluginBox::LAYOUT, PluginConfig::LAYOUT, Problem::LAYOUT];
    next.extend([PluginInfo::LAYOUT, PluginError::LAYOUT, Command::LAYOUT, Event::LAYOUT]);
    next.extend([Level::LAYOUT, MetricKind::LAYOUT]);
    while let Some(ty) = next.pop() {
        if seen.insert(ty.get_utypeid()) {
            let fields = fields(ty);
            entries.insert(entry(ty, &fields));
            next.extend(fields.iter().map(TLField::layout));
        }
    }
    entries.into_iter().collect()
}

/// Fields of a struct, an enum's variants or a prefix type; what stands behind a pointer is a phantom field.
fn fields(ty: &'static TypeLayout) -> Vec<TLField> {
    let own = ty.get_fields().map(|fields| fields.to_vec()).unwrap_or_default();
    own.into_iter().chain(ty.phantom_fields().to_vec()).collect()
}

/// The type with what it holds; abi_stable leaves that out of its names.
fn spelled(ty: &'static TypeLayout) -> String {
    let field = |name| fields(ty).into_iter().find(|field| field.name() == name).map(|field| field.layout());
    match (ty.name(), field("_marker"), field("field_0")) {
        ("RVec", Some(marker), _) => marker.full_type().to_string().replace("PhantomData", "RVec"),
        ("ROption", _, Some(some)) => format!("ROption<{}>", spelled(some)),
        _ => ty.full_type().to_string(),
    }
}

fn entry(ty: &'static TypeLayout, fields: &[TLField]) -> String {
    let mut text = format!("{} size={} align={}{}\n", spelled(ty), ty.size(), ty.alignment(), variants(ty));
    for field in fields {
        let functions: Vec<_> = field.function_range().iter().map(|function| function.to_string()).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    {}: {} {}", field.name(), spelled(field.layout()), functions.join(" "));
    }
    text
}

fn variants(ty: &'static TypeLayout) -> String {
    match ty.data() {
        TLData::Enum(e) => {
            let fields = |(name, count): (_, &u8)| format!("{name}({count})");
            let names: Vec<_> = e.variant_names_iter().zip(e.field_count.iter()).map(fields).collect();
            format!(" {:?} {:?} {}", ty.repr_attr(), e.discriminants, names.join(" "))
        }
        _ => String::new(),
    }
}

#[test]
fn the_layout_is_that_of_its_version() {
    let (major, rest) = API_VERSION.split_once('.').unwrap();
    let minor = rest.split('.').next().unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("layout/{major}.{minor}.txt"));
    let now = layout();
    let Ok(then) = fs::read_to_string(&golden) else {
        fs::create_dir_all(golden.parent().unwrap()).unwrap();
        fs::write(&golden, now).unwrap();
        panic!("API {major}.{minor} is new: its layout is now in {}; look at it and commit it", golden.display());
    };
    let changed = now.lines().zip(then.lines()).find(|(now, then)| now != then);
    assert!(
        now == then,
        "what crosses the edge changed without a new API version. Compiled plug-ins of {major}.{minor} would no longer \
         load. Take the change back, use `call`, or raise the version in plugin-api/Cargo.toml: the minor number for a \
         method appended to HostEdge, else the major. First difference (now, then): {changed:#?}"
    );
}
