//! The limit of open files: a connection a page, and thousands of workers may have one.

/// Files that are open beside the pages: links, the store, the log, libraries, what is being read.
const BESIDE: u64 = 256;

/// Raises the limit to the most that the system allows this process, and says what it is, and whether it is enough for so
/// many connections of pages.
pub fn raise_limit(connections: u32) {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) if is_enough(limit, connections) => {
            tracing::info!(limit, "open files: the limit is raised to the most that is allowed");
        }
        Ok(limit) => tracing::warn!(
            limit,
            connections,
            "open files: the most that is allowed is too little for the connections in [web.limits] and {BESIDE} files beside \
             them: workers would be kept out; raise LimitNOFILE= of the unit, or lower connections"
        ),
        Err(error) => tracing::warn!(%error, "the limit of open files stays as it is; set LimitNOFILE= of the unit"),
    }
}

fn is_enough(limit: u64, connections: u32) -> bool {
    limit >= u64::from(connections) + BESIDE
}

#[cfg(test)]
mod tests {
    use super::is_enough;

    #[test]
    fn a_connection_is_a_file_and_there_are_others() {
        for (limit, connections, enough) in
            [(1024, 20_000, false), (20_000, 20_000, false), (20_256, 20_000, true), (256, 0, true)]
        {
            assert_eq!(is_enough(limit, connections), enough, "{limit} {connections}");
        }
    }
}
