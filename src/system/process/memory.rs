//! How much memory a child has used at most.

use std::time::{Duration, Instant};

/// Readings come this close together at first, then less often.
const FIRST: Duration = Duration::from_millis(1);
const LAST: Duration = Duration::from_millis(20);
/// A tree of processes is read to this size, so that a fork bomb does not keep the reader busy.
const MOST_PROCESSES: usize = 64;

/// Reads the kernel's high-water mark of a process and of its descendants from time to time.
#[derive(Debug)]
pub(super) struct PeakMemory {
    pid: u32,
    next: Instant,
    step: Duration,
    bytes: Option<u64>,
}

impl PeakMemory {
    pub(super) fn of(pid: u32) -> PeakMemory {
        PeakMemory { pid, next: Instant::now(), step: FIRST, bytes: None }
    }

    /// Takes a reading if one is due. Returns the time until the next.
    pub(super) fn sample(&mut self) -> Duration {
        let now = Instant::now();
        if now >= self.next {
            self.bytes = self.bytes.max(peak_of_tree(self.pid));
            self.step = (self.step * 2).min(LAST);
            self.next = now + self.step;
        }
        self.next.saturating_duration_since(now)
    }

    /// The largest reading, in bytes.
    pub(super) fn bytes(&self) -> Option<u64> {
        self.bytes
    }
}

fn peak_of_tree(root: u32) -> Option<u64> {
    let mut peak = None;
    let mut pids = vec![root];
    let mut seen = 0;
    while let Some(pid) = pids.pop() {
        seen += 1;
        if seen > MOST_PROCESSES {
            break;
        }
        peak = peak.max(high_water_mark(pid));
        let children =
            std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        pids.extend(children.split_ascii_whitespace().filter_map(|child| child.parse::<u32>().ok()));
    }
    peak
}

/// `VmHWM` of `proc_pid_status(5)`, in bytes.
fn high_water_mark(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_some_memory() {
        let mut peak = PeakMemory::of(std::process::id());
        assert!(peak.sample() > Duration::ZERO);
        assert!(peak.bytes().unwrap() > 1 << 20);
        assert_eq!(high_water_mark(u32::MAX), None);
    }
}
