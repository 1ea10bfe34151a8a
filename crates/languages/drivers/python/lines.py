"""Lines that are not Python but that people type: `!command`, `%cd folder`."""

import os
import re
import subprocess
import sys

LINE = re.compile(r"^(\s*)(?:(\w+)\s*=\s*)?([!%])(?!=)\s*(.*)$")


def translate(source):
    """The block as Python, or None where it holds no such line."""
    if source.lstrip().startswith("%%"):
        head, _, body = source.lstrip().partition("\n")
        return "%s._cell_magic(%r, %r)" % (NAME, head[2:].strip(), body)
    found = False
    lines = []
    for line in source.split("\n"):
        match = LINE.match(line)
        if match and (match[3] == "!" or re.match(r"[A-Za-z]", match[4])):
            found = True
            indent, target, mark, rest = match.groups()
            call = "shell" if mark == "!" else "magic"
            if target:
                line = "%s%s = %s.%s(%r, True)" % (indent, target, NAME, call, rest)
            else:
                line = "%s%s.%s(%r)" % (indent, NAME, call, rest)
        lines.append(line)
    return "\n".join(lines) if found else None


NAME = "__import__(%r, fromlist=['_'])" % __name__


def shell(command, capture=False):
    command = command.lstrip("!")
    if capture:
        done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, universal_newlines=True)
        return done.stdout.splitlines()
    status = subprocess.call(command, shell=True)
    if status:
        print("(status %d)" % status, file=sys.stderr)
    return None


def magic(line, capture=False):
    name, _, rest = line.partition(" ")
    rest = rest.strip()
    if name == "cd":
        os.chdir(os.path.expanduser(rest.strip("\"'") or "~"))
        print(os.getcwd())
    elif name == "pwd":
        return os.getcwd()
    elif name in ("pip", "conda"):
        program = [sys.executable, "-m", "pip"] if name == "pip" else ["conda"]
        import shlex

        status = subprocess.call(program + shlex.split(rest))
        if status:
            raise RuntimeError("%s ended with status %d" % (name, status))
    elif name == "env" and "=" in rest:
        key, _, value = rest.partition("=")
        os.environ[key.strip()] = value.strip()
    elif name == "env":
        return os.environ.get(rest) if rest else dict(os.environ)
    elif name in ("time", "timeit"):
        import time

        start = time.perf_counter()
        exec(compile(rest, "<%time>", "single"), sys.modules["__main__"].__dict__)
        print("%.3f ms" % ((time.perf_counter() - start) * 1000))
    elif name in ("ls", "cat", "mkdir", "rm", "cp", "mv"):
        return shell(line, capture)
    elif name == "run":
        import runpy

        sys.modules["__main__"].__dict__.update(runpy.run_path(rest, run_name="__main__"))
    elif name in ("matplotlib", "config", "load_ext", "autoreload", "reload_ext"):
        pass
    else:
        raise NameError("%%%s is not known here; write it in Python" % name)
    return None


def _cell_magic(head, body):
    name = head.split(" ")[0]
    if name in ("bash", "sh", "shell", "script"):
        subprocess.call(["bash" if name == "bash" else "sh", "-c", body])
    elif name == "writefile":
        with open(head.split(" ", 1)[1].strip(), "w", encoding="utf-8") as file:
            file.write(body)
        print("Written.")
    elif name in ("time", "capture"):
        exec(compile(body, "<%%time>", "exec"), sys.modules["__main__"].__dict__)
    else:
        raise NameError("%%%%%s is not known here; write it in Python" % name)
