//! What a hostile peer must leave as it was: descriptors, tasks and memory of this process.

use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub struct Vitals {
    descriptors: usize,
    tasks: usize,
    resident: u64,
}

/// Resident memory may grow by this much, in KiB.
const GROWTH: u64 = 64 * 1024;

impl Vitals {
    /// Allows for this many more descriptors: those of a store's pool, which opens them when it needs them.
    pub fn with_pool(self, connections: usize) -> Self {
        Self { descriptors: self.descriptors + connections, ..self }
    }

    /// As they are now; the memory's peak is counted from here.
    pub fn now() -> Self {
        // 5 resets the peak (proc_pid_clear_refs(5)).
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        Self { descriptors: descriptors(), tasks: tasks(), resident: status("VmRSS:") }
    }

    /// Back where they were within 5 s, without a peak in between.
    pub async fn assert_settled(self) {
        let peak = status("VmHWM:");
        assert!(peak <= self.resident + GROWTH, "memory peaked {} KiB higher", peak - self.resident);
        let settle = async {
            while descriptors() > self.descriptors || tasks() > self.tasks {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let settled = tokio::time::timeout(Duration::from_secs(5), settle).await;
        let now = (descriptors(), tasks());
        assert!(settled.is_ok(), "descriptors and tasks: {now:?}, before {self:?}");
    }
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

fn tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

fn status(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
