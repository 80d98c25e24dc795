//! What is written, kept and said.

use super::{mlfunnel, project, suite};

#[test]
fn several_reports_at_once_and_again_from_the_recording() {
    let folder = project(&[("a.yaml", &suite("unit", &[("good", "1"), ("bad", "2")]))]);
    let all = ["--report", "junit=out/run.xml", "--report", "markdown=out/run.md"];
    let arguments: Vec<&str> =
        ["run", "a.yaml", "--report", "jsonl=run.jsonl"].into_iter().chain(all).collect();
    assert_eq!(mlfunnel(&folder, &arguments).code, Some(1));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let (xml, markdown) = (read("out/run.xml"), read("out/run.md"));
    assert!(xml.contains("<testsuite") && xml.contains("bad"), "{xml}");
    assert!(markdown.contains("bad"), "{markdown}");
    let arguments: Vec<&str> = ["report", "run.jsonl"].into_iter().chain(all).collect();
    let ran = mlfunnel(&folder, &arguments);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(1), "", ""));
    assert_eq!((read("out/run.xml"), read("out/run.md")), (xml, markdown));
}

#[test]
fn a_recording_is_told_as_the_run_was() {
    let folder = project(&[("a.yaml", &suite("unit", &[("good", "1"), ("bad", "2")]))]);
    let ran = mlfunnel(&folder, &["run", "a.yaml", "--jobs", "1", "--report", "jsonl=run.jsonl"]);
    let told = mlfunnel(&folder, &["report", "run.jsonl"]);
    assert_eq!((told.stdout, told.code), (ran.stdout, ran.code));
    // A run that was killed while it wrote a line has lost that line alone.
    let text = std::fs::read_to_string(folder.path().join("run.jsonl")).unwrap();
    let cut = text.find("\"name\":\"bad\"").unwrap();
    std::fs::write(folder.path().join("cut.jsonl"), &text[..cut]).unwrap();
    let told = mlfunnel(&folder, &["report", "cut.jsonl", "--verbose"]);
    assert_eq!(told.code, Some(130), "{}", told.stdout);
    assert!(
        told.stdout.contains("::good") && told.stderr.contains("is cut off"),
        "{}{}",
        told.stdout,
        told.stderr
    );
}

#[test]
fn workspaces_are_kept_on_request_alone() {
    let spec = "suite: a\ntier: unit\ncases:\n  - name: bad\n    run: {shell: 'echo kept > note.txt; exit 3', cwd: $workspace}\n    expect: {exit_code: 0}\n";
    let folder = project(&[("a.yaml", spec)]);
    let scratch = folder.path().join("tmp");
    std::fs::create_dir(&scratch).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = super::process::mlfunnel(folder.path(), arguments);
        super::process::finish(command.env("TMPDIR", &scratch), super::BOUND)
    };
    run(&["run", "a.yaml"]);
    assert_eq!(std::fs::read_dir(&scratch).unwrap().count(), 0, "a workspace was left behind");
    let ran = run(&["run", "a.yaml", "--keep-failed"]);
    let kept = ran.stdout.lines().find_map(|line| line.trim().strip_prefix("workspace: ")).unwrap();
    let note = std::path::Path::new(kept).join("note.txt");
    assert_eq!(std::fs::read_to_string(note).unwrap(), "kept\n");
}

#[test]
fn quiet_and_verbose() {
    let good = project(&[("a.yaml", &suite("unit", &[("good", "1")]))]);
    let quiet = mlfunnel(&good, &["run", "a.yaml", "--quiet"]).stdout;
    assert!(quiet.lines().count() == 1 && quiet.starts_with("PASSED  1 passed"), "{quiet}");
    let verbose = mlfunnel(&good, &["run", "a.yaml", "--verbose"]).stdout;
    assert!(verbose.contains("passed     a.yaml::good"), "{verbose}");
    assert!(!mlfunnel(&good, &["run", "a.yaml"]).stdout.contains("a.yaml::good"));
    let bad = project(&[("a.yaml", &suite("unit", &[("bad", "2")]))]);
    assert!(mlfunnel(&bad, &["run", "a.yaml", "--quiet"]).stdout.contains("FAILED  a.yaml::bad"));
}

#[test]
fn colour_is_asked_for() {
    let folder = project(&[("a.yaml", &suite("unit", &[("bad", "2")]))]);
    let escape = |arguments: &[&str]| mlfunnel(&folder, arguments).stdout.contains('\u{1b}');
    assert!(!escape(&["run", "a.yaml"]));
    assert!(!escape(&["run", "a.yaml", "--color", "never"]));
    assert!(escape(&["run", "a.yaml", "--color", "always"]));
}

#[test]
fn the_summary_of_a_ci_job() {
    let folder = project(&[("a.yaml", &suite("unit", &[("bad", "2")]))]);
    let summary = folder.path().join("summary.md");
    let mut command = super::process::mlfunnel(folder.path(), &["run", "a.yaml"]);
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", &summary);
    let ran = super::process::finish(&mut command, super::BOUND);
    assert!(ran.stdout.contains("::error file=a.yaml,line=6"), "{}", ran.stdout);
    assert!(std::fs::read_to_string(summary).unwrap().contains("bad"));
}

#[test]
fn no_output_is_no_crash() {
    let folder = project(&[("a.yaml", &suite("unit", &[("bad", "2")]))]);
    let mut command = super::process::mlfunnel(folder.path(), &["run", "a.yaml"]);
    let mut child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some() && !stderr.contains("panicked"), "{:?} {stderr}", output.status);
}
