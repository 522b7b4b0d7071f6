"""Which lines of logs tell of a crash."""

from features.support.checks.crashes import LogReader, check_crashes, kinds_of

LINES = [
    (
        "[ALERT]    (14) : Current worker (16) exited with code 137 (Killed)",
        "alert worker-exit",
    ),
    ("[WARNING]  (14) : Former worker (15) exited with code 0 (Exit)", ""),
    (
        "2026/01/02 03:04:05 [alert] 7#7: worker process 8 exited on signal 9",
        "alert worker-exit",
    ),
    ("[ALERT]    (16) : backend 'shadow' has no server available!", ""),
    ("[alert] 7#7: setrlimit(RLIMIT_NOFILE, 40960) failed (1: Operation not permitted)", ""),
    ("[2026-01-02 03:04:05.678][1][critical][main] cannot bind", "alert"),
    ("panic: runtime error: index out of range [3]", "panic"),
    ("thread 'main' panicked at src/main.rs:2:5", "panic"),
    ("Traceback (most recent call last):", "traceback"),
    ("Aborted (core dumped)", "core-dump"),
    ("Caught Segmentation fault, suspect faulting address 0x0", "segfault"),
    ('"GET /panic HTTP/1.1" 200', ""),
]


def test_lines_that_tell_of_a_crash() -> None:
    assert [line for line, kinds in LINES if kinds_of(line) != set(kinds.split())] == []


def test_a_crash_is_told_with_its_service_and_line() -> None:
    (told,) = check_crashes({"agent": "ready\n  panic: no\n", "nginx": "fine\n"}, ())
    assert told == "the log of agent tells of a crash (panic): panic: no"


def test_a_traceback_is_told_with_its_end() -> None:
    trace = (
        'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nKeyError: 7\n'
    )
    log = f"one\n{trace}two\n"
    (told,) = check_crashes({"agent": log}, ())
    assert told.endswith('(most recent call last): File "a.py", line 1, in f KeyError: 7')


def test_an_announced_crash_is_none() -> None:
    line = "[ALERT] (14) : Current worker (16) exited with code 137 (Killed)"
    assert not check_crashes({"haproxy": line}, {"worker-exit"})
    assert check_crashes({"haproxy": line}, {"panic"})


def test_many_crashes_are_told_in_short() -> None:
    told = check_crashes({"agent": "panic: no\n" * 20}, ())
    assert len(told) == 6
    assert told[-1] == "and 15 lines more"


def test_what_was_read_is_not_read_again() -> None:
    reader = LogReader()
    assert reader.news({"agent": "one\n"}) == {"agent": "one\n"}
    assert reader.news({"agent": "one\ntwo\n", "nginx": "a"}) == {"agent": "two\n", "nginx": "a"}
    assert reader.news({"agent": "new\n"}) == {"agent": "new\n"}
