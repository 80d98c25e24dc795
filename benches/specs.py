"""Writes specs of any size."""

HEAD = "suite: {name}\ntier: unit\ntimeout: 60 s\ncases:\n"


def scaler_case(index):
    low, high = index % 97, index % 97 + 10
    return (
        f"  - name: scales rows of number {index}\n"
        f"    scale: {{method: min_max, values: [{low}, {low + 5}, {high}]}}\n"
        f"    expect: {{values: [0.0, 0.5, 1.0]}}\n"
    )


def scaler_suite(path, cases, name="many scalers"):
    """One-step scaler cases, each spelt out."""
    with open(path, "w") as file:
        file.write(HEAD.format(name=name))
        file.writelines(scaler_case(index) for index in range(cases))


def sized_suite(path, size):
    """The same, up to a number of bytes."""
    with open(path, "w") as file:
        written = file.write(HEAD.format(name="large"))
        index = 0
        while written < size:
            written += file.write(scaler_case(index))
            index += 1
    return index


def inline_suite(path, size):
    """One case beside a fixture written inline, up to a number of bytes: reading is nearly all the work there is."""
    with open(path, "w") as file:
        written = file.write("suite: inline\ntier: unit\nfixtures:\n  rows:\n    inline:\n")
        index = 0
        while written < size:
            row = f"      - {{label: row {index}, input: [{index}, {index + 1}, 0.5], note: \"some text {index}\", flag: true}}\n"
            written += file.write(row)
            index += 1
        file.write("cases:\n" + scaler_case(0))


def project(folder, budget="10 min"):
    """Marks a folder as a project whose budgets are no limit to a benchmark."""
    folder.joinpath("mlfunnel.yaml").write_text(
        f"budgets: {{unit: {budget}, integration: {budget}, smoke: {budget}}}\n"
    )
