//! Reports that go to files: whole or not at all, save the stream, which is there as far as it came.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{Format, Jsonl, Junit, Markdown, Report};
use crate::event::Event;

/// A report and its file.
///
/// `JUnit` and Markdown are written under a temporary name in the same folder and renamed at the end, so that a
/// reader never meets half a report. The first error is kept, ends the writing, and is returned at the end: a
/// full disk must not stop the run.
pub struct FileReport {
    path: PathBuf,
    temporary: Option<NamedTempFile>,
    report: Box<dyn Report + Send>,
    failed: Option<io::Error>,
}

/// A report that could not be written.
#[derive(Debug)]
pub struct ReportError {
    pub path: PathBuf,
    pub source: io::Error,
}

impl FileReport {
    /// Makes ready to write, folders included, so that a bad path is known before anything runs.
    /// [`Format::Github`] has no file: there is nothing to open.
    pub fn open(format: &Format) -> Result<Option<Self>, ReportError> {
        match format {
            Format::Junit(path) => Self::renamed(path, |out| Box::new(Junit::new(out))).map(Some),
            Format::Markdown(path) => Self::renamed(path, |out| Box::new(Markdown::new(out))).map(Some),
            Format::Jsonl(path) => {
                let file = prepared(path).and_then(|()| File::create(path));
                let file = file.map_err(|source| ReportError { path: path.clone(), source })?;
                Ok(Some(Self::direct(path, Box::new(Jsonl::new(file)))))
            }
            Format::Github => Ok(None),
        }
    }

    /// A Markdown report added to the end of a file, as `$GITHUB_STEP_SUMMARY` asks.
    pub fn append_markdown(path: &Path) -> Result<Self, ReportError> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.map_err(|source| ReportError { path: path.to_owned(), source })?;
        Ok(Self::direct(path, Box::new(Markdown::new(BufWriter::new(file)))))
    }

    /// Takes in one event; an error is kept for [`finish`](Self::finish).
    pub fn event(&mut self, event: &Event) {
        if self.failed.is_none() {
            self.failed = self.report.event(event).err();
        }
    }

    /// Writes what is left and puts the report in its place.
    pub fn finish(mut self) -> Result<(), ReportError> {
        let written = match self.failed.take() {
            Some(error) => Err(error),
            None => self.report.finish(),
        };
        let placed = written.and_then(|()| match self.temporary.take() {
            Some(temporary) => temporary.persist(&self.path).map(drop).map_err(|error| error.error),
            None => Ok(()),
        });
        placed.map_err(|source| ReportError { path: self.path, source })
    }

    fn renamed(
        path: &Path,
        report: impl FnOnce(Box<dyn Write + Send>) -> Box<dyn Report + Send>,
    ) -> Result<Self, ReportError> {
        let open = || -> io::Result<Self> {
            prepared(path)?;
            // A link stays a link: what it points to is replaced.
            let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            if path.metadata().is_ok_and(|known| !known.is_file()) {
                // A pipe or a device (`/dev/stdout`) is written to, never replaced. A folder is refused here.
                let out = OpenOptions::new().write(true).open(&path)?;
                return Ok(Self::direct(&path, report(Box::new(BufWriter::new(out)))));
            }
            let temporary = temporary(folder(&path))?;
            let out = BufWriter::new(temporary.reopen()?);
            Ok(Self { temporary: Some(temporary), ..Self::direct(&path, report(Box::new(out))) })
        };
        open().map_err(|source| ReportError { path: path.to_owned(), source })
    }

    fn direct(path: &Path, report: Box<dyn Report + Send>) -> Self {
        Self { path: path.to_owned(), temporary: None, report, failed: None }
    }
}

fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mlfunnel-").suffix(".tmp");
    #[cfg(unix)]
    {
        // As any new file: the process's mask decides who may read it.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn prepared(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder(path))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the report `{}` cannot be written: {}", self.path.display(), self.source)
    }
}

impl std::error::Error for ReportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::story::{all_pass, every_outcome};

    fn run(report: &mut FileReport, events: &[Event]) {
        for event in events {
            report.event(event);
        }
    }

    #[test]
    fn a_report_appears_whole_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/deep/junit.xml");
        let mut report = FileReport::open(&Format::Junit(path.clone())).unwrap().unwrap();
        run(&mut report, &every_outcome());
        assert!(!path.exists());
        report.finish().unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().ends_with("</testsuites>\n"));
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_report_that_is_given_up_leaves_the_last_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary.md");
        std::fs::write(&path, "before").unwrap();
        let mut report = FileReport::open(&Format::Markdown(path.clone())).unwrap().unwrap();
        run(&mut report, &every_outcome());
        drop(report);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_stream_is_there_as_each_case_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.jsonl");
        let mut report = FileReport::open(&Format::Jsonl(path.clone())).unwrap().unwrap();
        for (at, event) in all_pass().iter().enumerate() {
            report.event(event);
            let started = all_pass()[..=at].iter().filter(|e| matches!(e, Event::CaseStarted { .. })).count();
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            assert_eq!(lines, at + 1 - started);
        }
        report.finish().unwrap();
    }

    #[test]
    fn a_step_summary_is_added_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary.md");
        std::fs::write(&path, "# before\n").unwrap();
        let mut report = FileReport::append_markdown(&path).unwrap();
        run(&mut report, &all_pass());
        report.finish().unwrap();
        let page = std::fs::read_to_string(&path).unwrap();
        assert!(page.starts_with("# before\n## mlfunnel: passed\n"), "{page}");
    }

    #[test]
    fn what_cannot_be_written_names_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        for path in [file.join("junit.xml"), folder.path().to_owned()] {
            for format in
                [Format::Junit(path.clone()), Format::Markdown(path.clone()), Format::Jsonl(path.clone())]
            {
                let error = FileReport::open(&format).err().unwrap().to_string();
                let start = format!("the report `{}` cannot be written: ", path.display());
                assert!(error.starts_with(&start), "{error}");
            }
        }
    }

    /// Linux has a device on which every write finds the disk full.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_at_the_end() {
        let full = PathBuf::from("/dev/full");
        for format in
            [Format::Junit(full.clone()), Format::Markdown(full.clone()), Format::Jsonl(full.clone())]
        {
            let mut report = FileReport::open(&format).unwrap().unwrap();
            run(&mut report, &every_outcome());
            let error = report.finish().unwrap_err();
            assert_eq!((error.path, error.source.kind()), (full.clone(), io::ErrorKind::StorageFull));
        }
        assert!(full.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.xml"), folder.path().join("link.xml"));
        std::fs::write(&real, "").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let mut report = FileReport::open(&Format::Junit(link.clone())).unwrap().unwrap();
        run(&mut report, &all_pass());
        report.finish().unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert!(std::fs::read_to_string(&real).unwrap().contains("<testsuites"));
    }
}
