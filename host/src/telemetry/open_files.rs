//! The limit of open files: a connection a page, and thousands of workers may have one.

/// Raises the limit to the most that the system allows this process, and says what it is.
pub fn raise_limit() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) => tracing::info!(limit, "open files: the limit is raised to the most that is allowed"),
        Err(error) => tracing::warn!(%error, "the limit of open files stays as it is; set LimitNOFILE= of the unit"),
    }
}
