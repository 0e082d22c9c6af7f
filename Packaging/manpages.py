"""Man pages from what the programs say of themselves.

    manpages.py PROGRAM SECTION < dump of --experimental-dump-help   > PROGRAM.SECTION
    manpages.py --configuration < ecgctl check-config --print-reference > ecgd.yaml.5

Only what no program knows stands here: files, signals, exit statuses and cross-references.
"""

import json
import re
import sys

EXTRA = {
    "ecgd": r"""
.SH SIGNALS
.TP
SIGTERM, SIGINT
take what is in the sockets, write the last checkpoint, and leave
.TP
SIGHUP
read the configuration again; a bad file changes nothing
.SH FILES
.TP
.I /etc/ecgd/ecgd.yaml
the configuration, see
.BR ecgd.yaml (5)
.TP
.I /usr/share/ecgd/Models
the shipped models
.TP
.I /var/lib/ecgd/alerts.sqlite
the journal of alert events
.TP
.I /var/lib/ecgd/streams.checkpoint
what was learnt of the patients, for the next start
.SH EXIT STATUS
64 wrong command line, 65 a model that cannot be used, 69 a socket that cannot be bound,
71 the system refuses threads or descriptors, 78 a configuration that cannot be used
.SH SEE ALSO
.BR ecgctl (1),
.BR ecgdash (8),
.BR ecgd.yaml (5),
.I /usr/share/doc/ecgd/Operations.md
""",
    "ecgctl": r"""
.SH EXIT STATUS
64 wrong command line, 65 data that cannot be used, 66 no such file, 69 no answer from the daemon,
73 a file that cannot be made, 78 a configuration that cannot be used
.SH SEE ALSO
.BR ecgd (8),
.BR ecgdash (8),
.BR ecgd.yaml (5)
""",
    "ecgdash": r"""
.SH SIGNALS
.TP
SIGTERM, SIGINT
let the browsers go, and leave
.SH FILES
.TP
.I $CREDENTIALS_DIRECTORY/ecgdash.token
the operator token, where systemd lends one and no \-\-token\-file is given
.SH EXIT STATUS
64 wrong command line, 69 an address that cannot be had, 71 the system refuses threads or
descriptors, 78 a key, a token or an address that is refused
.SH SEE ALSO
.BR ecgd (8),
.BR ecgctl (1),
.I /usr/share/doc/ecgd/WardPage.md
""",
}


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def title(name, section, abstract):
    return [f'.TH "{name.upper()}" "{section}" "" "ecgd" "ecgd manual"', ".SH NAME",
            f"{escape(name)} \\- {escape(abstract.rstrip('.')[0].lower() + abstract.rstrip('.')[1:])}"]


def spelled(name):
    return ("-" if name["kind"] == "short" else "--") + name["name"]


def arguments(command):
    lines = []
    for argument in command.get("arguments", []):
        if not argument.get("shouldDisplay", True):
            continue
        value = argument.get("valueName", "value")
        if argument["kind"] == "positional":
            head = f"<{value}>"
        else:
            head = ", ".join(spelled(name) for name in argument["names"])
            if argument["kind"] == "option":
                head += f" <{value}>"
        text = " ".join(filter(None, [argument.get("abstract"), argument.get("discussion")]))
        if argument.get("defaultValue"):
            text += f" (default: {argument['defaultValue']})"
        lines += [".TP", ".B " + escape(head), escape(text) or "\\&"]
    return lines


def paragraphs(text):
    lines = []
    for part in text.strip().split("\n\n"):
        lines += [".PP", escape(part)]
    return lines


def page(program, section):
    command = json.load(sys.stdin)["command"]
    lines = title(program, section, command.get("abstract", program))
    children = [c for c in command.get("subcommands", []) if c["commandName"] != "help"]
    lines += [".SH SYNOPSIS", f".B {program}", "[options]" if not children else "<command> [options]"]
    lines += [".SH DESCRIPTION", escape(command.get("abstract", ""))]
    lines += paragraphs(command.get("discussion", "")) if command.get("discussion") else []
    lines += [".SH OPTIONS"] + arguments(command)
    if children:
        lines.append(".SH COMMANDS")
    for child in children:
        lines += subcommand(child, program)
    return "\n".join(lines) + EXTRA.get(program, "\n")


def subcommand(command, parent):
    name = f"{parent} {command['commandName']}"
    lines = [f".SS {escape(name)}", escape(command.get("abstract", ""))]
    lines += paragraphs(command["discussion"]) if command.get("discussion") else []
    lines += arguments(command)
    for child in command.get("subcommands", []):
        lines += subcommand(child, name)
    return lines


def configuration():
    lines = title("ecgd.yaml", "5", "configuration of the ECG monitor ecgd")
    lines += [".SH DESCRIPTION", "The file is YAML. A key or section that is left out keeps its default;",
              "an unknown key is an error. Check a file with", ".BR \"ecgctl check\\-config\" ."]
    for line in sys.stdin.read().split("\n"):
        cells = [c.strip().replace("`", "") for c in line.strip().strip("|").split("|")]
        if line.startswith("## "):
            lines.append(".SH " + escape(line[3:].replace("`", "").upper()))
        elif line.startswith("### "):
            lines.append(".SS " + escape(line[4:].replace("`", "")))
        elif line.startswith("|") and re.fullmatch(r"[\s|:-]+", line):
            continue
        elif line.startswith("|") and cells[0].lower() != "key":
            key, default, expects, reload, meaning = cells[:5]
            lines += [".TP", ".B " + escape(key), escape(meaning), ".br",
                      escape(f"Default: {default}. Expects {expects}. "
                             + ("A reload applies it." if reload == "yes" else "Needs a restart."))]
        elif line and not line.startswith(("#", "|")):
            lines.append(escape(line.replace("`", "")))
    lines += [".SH SEE ALSO", ".BR ecgd (8),", ".BR ecgctl (1)"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(configuration() if sys.argv[1] == "--configuration" else page(*sys.argv[1:3]))
